// The real server as a process of its own: started, killed, ended, started again on the same port. Owned by its
// campaign.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LedgerStore.Campaigns.Running;

/// <summary>A development server on a data directory, with whatever stands before the command.</summary>
/// <param name="dll">The server that is tried: the built one, or one with a planted fault.</param>
/// <param name="data">As the server sees it; its keys are beside it, in the same place for everybody.</param>
internal sealed class ServerUnderTest(string dll, string data) : IDisposable
{
    // A server whose campaign was killed ends too.
    private const string WithInput = "--end-with-input";
    private const int LinesKept = 200;
    private const int WordsTold = 6;
    private readonly ConcurrentQueue<string> _said = new();
    private Process? _process;
    private TaskCompletionSource<bool> _ready = new();

    /// <summary>What is run before the server, such as a tracer or the way into a mount.</summary>
    public string[] Before { get; set; } = [];

    /// <summary>More variables of its environment.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public int Port { get; } = FreePort();

    public Uri Address => new($"https://localhost:{Port}");

    public string Keys => data + ".keys";

    public int Id => _process!.Id;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Its last words, or what an unhandled exception began with.</summary>
    public string LastWords
    {
        get
        {
            string[] lines = [.. _said];
            int thrown = Array.FindLastIndex(
                lines, static line => line.Contains("Unhandled", StringComparison.Ordinal));
            IEnumerable<string> last = thrown < 0 ? lines.TakeLast(WordsTold) : lines.Skip(thrown).Take(WordsTold);
            return string.Join("\n    ", last);
        }
    }

    /// <summary>Everything that it said and that is kept.</summary>
    public IEnumerable<string> Said => _said;

    /// <summary>Starts the process, and does not wait.</summary>
    public void Begin()
    {
        _process?.Dispose();
        string[] command = [.. Before, "dotnet", "exec", dll, "dev", "--data", data, "--port", $"{Port}", WithInput];
        ProcessStartInfo start = new(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        TaskCompletionSource<bool> thisOne = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _ready = thisOne;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => thisOne.TrySetResult(false);
        _process.OutputDataReceived += (_, line) => Hear(line.Data, thisOne);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, thisOne);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <returns>Null when it serves; else its exit code.</returns>
    public async Task<int?> StartAsync()
    {
        Begin();
        return await ReadyAsync();
    }

    /// <summary>Ends when the one that was begun serves, or has ended.</summary>
    public Task Started => _ready.Task;

    /// <summary>Waits for one that was begun.</summary>
    public async Task<int?> ReadyAsync() => await _ready.Task ? null : await EndAsync();

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    /// <summary>SIGTERM, and nothing is waited for.</summary>
    public void Signal()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{Id}"]);
        kill.WaitForExit();
    }

    /// <summary>The exit code of one that ends by itself.</summary>
    public async Task<int> EndAsync()
    {
        await _process!.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, and the exit code of the orderly end.</summary>
    public Task<int> TerminateAsync()
    {
        Signal();
        return EndAsync();
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

    private void Hear(string? line, TaskCompletionSource<bool> whenReady)
    {
        if (line is null)
        {
            return;
        }

        _said.Enqueue(line);
        if (_said.Count > LinesKept)
        {
            _said.TryDequeue(out _);
        }

        if (line.StartsWith("ready ", StringComparison.Ordinal))
        {
            whenReady.TrySetResult(true);
        }
    }

    private static int FreePort()
    {
        using TcpListener any = new(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
    }
}
