// The real intake as a process of its own, before a store that may be away: started, killed, ended, started again at
// the same addresses. Owned by its campaign; one order after the other.
using System.Collections.Concurrent;
using System.Diagnostics;

namespace LedgerStore.Campaigns.Running;

/// <summary>`serve` on a configuration.</summary>
internal sealed class IntakeUnderTest(string configuration) : IDisposable
{
    private const int LinesKept = 40;
    private readonly ConcurrentQueue<string> _said = new();
    private Process? _process;

    /// <summary>What is run before it, such as the way into a mount.</summary>
    public string[] Before { get; set; } = [];

    /// <summary>What it said last.</summary>
    public string LastWords => string.Join("\n    ", _said.TakeLast(6));

    /// <returns>Null when it serves; else its exit code.</returns>
    public async Task<int?> StartAsync()
    {
        _process?.Dispose();
        string program = Path.Combine(AppContext.BaseDirectory, "LedgerStore.Intake.dll");
        string[] command = [.. Before, "dotnet", "exec", program, "serve", "--config", configuration];
        Process process = new()
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        _process = process;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            Hear(line);
            if (line.StartsWith("ready", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return null;
            }
        }

        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    /// <summary>SIGTERM, and the exit code of the orderly end.</summary>
    public async Task<int> TerminateAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is not null)
        {
            _said.Enqueue(line);
            if (_said.Count > LinesKept)
            {
                _said.TryDequeue(out _);
            }
        }
    }
}
