// `ledger guard` as a process of its own, against a real server; ended by whoever started it.

using System.Diagnostics;
using LedgerStore.Tests.Cli;

namespace LedgerStore.Tests.Guard;

/// <summary>A running guard.</summary>
internal sealed class GuardProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private GuardProcess(Process process) => _process = process;

    public static GuardProcess Start(DevServer server, string rules, string state, params string[] more)
    {
        ProcessStartInfo start = new("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])
        [
            Path.Combine(AppContext.BaseDirectory, "ledger.dll"), "guard", "--rules", rules, "--state", state, "--as",
            "guard", .. more,
        ])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LEDGER_CONFIG"] = server.Profile;
        return new GuardProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it watches.</summary>
    public async Task ReadyAsync()
    {
        using CancellationTokenSource timeout = new(s_patience);
        List<string> lines = [];
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            lines.Add(line);
            if (line.Contains("  ready: ", StringComparison.Ordinal))
            {
                // What it says from here on is not looked at, and must not fill a pipe.
                _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return;
            }
        }

        throw new InvalidOperationException(
            $"the guard did not start: {string.Join('\n', lines)} {await _process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>SIGKILL, at this moment.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        using CancellationTokenSource timeout = new(s_patience);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
