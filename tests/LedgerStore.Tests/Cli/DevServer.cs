// A real `dev` server process on a free loopback port, with its data in a directory of its own. Started and ended by
// whoever needs it.

using System.Diagnostics;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class DevServer : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private Process? _process;

    public string Root { get; } = Directory.CreateTempSubdirectory("ledgerstore-cli-").FullName;

    public string Data => Path.Combine(Root, "data");

    public string Keys => Data + ".keys";

    public string Profile => Path.Combine(Keys, "ledger.yaml");

    /// <summary>What it printed until it was ready.</summary>
    internal string Ready { get; private set; } = string.Empty;

    /// <summary>The vkey of the ledger demo, as it printed it.</summary>
    internal string Vkey => Ready.Split('\n').Select(line => line.Trim())
        .Single(line => line.StartsWith("ledger trust add ", StringComparison.Ordinal))["ledger trust add ".Length..];

    internal string Address => Ready.Split('\n')[0]["ready ".Length..];

    public Task InitializeAsync() => StartAsync();

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Root, recursive: true);
    }

    internal async Task StartAsync()
    {
        ProcessStartInfo start = new("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string program = Path.Combine(AppContext.BaseDirectory, "LedgerStore.Server.dll");
        foreach (string argument in new[] { program, "dev", "--data", Data, "--port", "0" })
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        Task<string> errors = _process.StandardError.ReadToEndAsync();
        using CancellationTokenSource timeout = new(s_patience);
        List<string> lines = [];
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            lines.Add(line);
            if (line.StartsWith("Ctrl+C", StringComparison.Ordinal))
            {
                Ready = string.Join('\n', lines);
                return;
            }
        }

        Assert.Fail($"the server did not start: {string.Join('\n', lines)} {await errors}");
    }

    /// <summary>Trusts the keys of all ledgers that are there now, as whoever runs the store hands them out.</summary>
    internal async Task TrustAllAsync(LedgerCli ledger)
    {
        CliResult taken = await ledger.RunWithAsync(await VkeysAsync(ledger), "trust", "add", "--from", "-");
        Assert.True(taken.Code == 0, taken.ToString());
    }

    /// <summary>The vkeys of all ledgers, a line each.</summary>
    internal async Task<string> VkeysAsync(LedgerCli ledger)
    {
        CliResult shown = await ledger.RunAsync("key", "show", Path.Combine(Keys, "signing.pem"), "--data", Data);
        Assert.True(shown.Code == 0, shown.ToString());
        return shown.Output;
    }

    /// <summary>SIGKILL: what is in the journal only stays there.</summary>
    internal async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGTERM: everything is made durable, and the process ends with 0.</summary>
    internal async Task StopAsync()
    {
        if (_process is null)
        {
            return;
        }

        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        using CancellationTokenSource timeout = new(s_patience);
        await _process.WaitForExitAsync(timeout.Token);
        Assert.Equal(0, _process.ExitCode);
        _process.Dispose();
        _process = null;
    }
}
