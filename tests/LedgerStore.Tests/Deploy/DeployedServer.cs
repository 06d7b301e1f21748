// A server as the unit starts it, below a root of its own: /etc/ledgerstore made by `ledger init`, the state
// directories made as systemd makes them, the command of ExecStart. Owned by its test.

using System.Diagnostics;
using System.Runtime.Versioning;
using LedgerStore.Tests.Cli;
using Xunit;

namespace LedgerStore.Tests.Deploy;

[SupportedOSPlatform("linux")]
internal sealed class DeployedServer : IDisposable
{
    private const string PublicName = "ledger.example.org";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly UnitFile _unit = new();
    private Process? _process;
    private Task<string> _errors = Task.FromResult(string.Empty);

    private DeployedServer() => Ledger = new LedgerCli(In("/user/config.yaml"));

    internal string Root { get; } = Directory.CreateTempSubdirectory("ledgerstore-deploy-").FullName;

    /// <summary>`ledger` of whoever looks after the server.</summary>
    internal LedgerCli Ledger { get; }

    internal string Data => In(_unit.StateDirectories[0]);

    internal string Anchor => Path.Combine(In(_unit.StateDirectories[1]), "anchor");

    internal string Etc => In(_unit.ConfigurationDirectory);

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    /// <summary>Lays it out as the head of the unit says.</summary>
    internal static async Task<DeployedServer> InitAsync()
    {
        DeployedServer server = new();
        foreach (string directory in server._unit.StateDirectories)
        {
            const UnixFileMode OwnersAlone =
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Assert.Equal("0700", server._unit["StateDirectoryMode"]);
            Directory.CreateDirectory(server.In(directory), OwnersAlone);
        }

        CliResult made = await server.Ledger.RunAsync(
            "init", server.Etc, "--name", PublicName, "--host", "localhost", "--data", server.Data,
            "--port", $"{Ports.Free()}");
        Assert.True(made.Code == 0, made.ToString());
        return server;
    }

    /// <summary>A path of the machine, below the root of the test.</summary>
    internal string In(string path) => Root + path;

    /// <summary>Starts ExecStart, and waits until it is ready.</summary>
    internal async Task StartAsync(params string[] more)
    {
        Launch(more);
        using CancellationTokenSource timeout = new(s_patience);
        string? line = await _process!.StandardOutput.ReadLineAsync(timeout.Token);
        Assert.True(line?.StartsWith("ready ", StringComparison.Ordinal) == true, line is null ? await _errors : line);
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Starts ExecStart, and waits until it ends by itself.</summary>
    internal async Task<(int Code, string Errors)> RunToEndAsync(params string[] more)
    {
        Launch(more);
        _ = _process!.StandardOutput.ReadToEndAsync();
        using CancellationTokenSource timeout = new(s_patience);
        await _process.WaitForExitAsync(timeout.Token);
        return (_process.ExitCode, await _errors);
    }

    internal async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>The unit's KillSignal, and the exit code.</summary>
    internal async Task<int> StopAsync()
    {
        await SignalAsync(_unit["KillSignal"]);
        using CancellationTokenSource timeout = new(s_patience);
        await _process!.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>Trusts the keys of all ledgers, as whoever runs the store hands them out.</summary>
    internal async Task TrustAsync()
    {
        CliResult shown = await Ledger.RunAsync(
            "key", "show", Path.Combine(Etc, "signing.pem"), "--data", Data);
        Assert.True(shown.Code == 0, shown.ToString());
        CliResult taken = await Ledger.RunWithAsync(shown.Output, "trust", "add", "--from", "-");
        Assert.True(taken.Code == 0, taken.ToString());
    }

    internal async Task AppendAsync(int count, params string[] more)
    {
        string lines = string.Concat(Enumerable.Range(0, count).Select(i => $"record {i}\n"));
        CliResult appended = await Ledger.RunWithAsync(lines, ["append", "payments", "--checkpoint", .. more]);
        Assert.True(appended.Code == 0, appended.ToString());
    }

    private void Launch(string[] more)
    {
        _process?.Dispose();
        string[] command = [.. _unit.ExecStart.Select(Mapped)];
        ProcessStartInfo start = new(command[0], [.. command[1..], .. more])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    // The programs are those of the tests; what is below /etc is below the root.
    private string Mapped(string word) => word switch
    {
        "/usr/bin/dotnet" => "dotnet",
        _ when word.StartsWith("/usr/lib/ledgerstore/", StringComparison.Ordinal) =>
            Path.Combine(AppContext.BaseDirectory, Path.GetFileName(word)),
        _ when word.StartsWith('/') => In(word),
        _ => word,
    };
}
