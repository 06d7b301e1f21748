// A program of a peer: started with its output in a file, stopped by its own process id, and no other.
// Owned by the peer.
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LedgerStore.Bench.Peers;

internal sealed partial class PeerProcess : IDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _logFile;
    private readonly StreamWriter _log;
    private readonly Lock _writing = new();

    public PeerProcess(string logFile, IReadOnlyList<string> command)
    {
        _logFile = logFile;
        _log = new StreamWriter(logFile) { AutoFlush = true };
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command.Skip(1))
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += Write;
        _process.ErrorDataReceived += Write;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public static bool IsRoot => GetEffectiveUser() == 0;

    /// <summary>Where a program is: in the path, or where Debian keeps servers. Null: it is not installed.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Concat(["/usr/sbin", "/usr/local/sbin"])
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="PeerException">It did not end with 0.</exception>
    public static string Run(params string[] command)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process program = Process.Start(start)!;
        Task<string> errors = program.StandardError.ReadToEndAsync();
        string output = program.StandardOutput.ReadToEnd();
        program.WaitForExit();
        return program.ExitCode == 0
            ? output
            : throw new PeerException($"{Path.GetFileName(command[0])} ended with {program.ExitCode}: {errors.Result}");
    }

    public static void Signal(Process process, int signal) => _ = Kill(process.Id, signal);

    /// <summary>A process and all that it started, and they.</summary>
    public static int[] Tree(int processId)
    {
        List<int> all = [processId];
        for (int i = 0; i < all.Count; i++)
        {
            foreach (string thread in Threads(all[i]))
            {
                all.AddRange(Children(thread));
            }
        }

        return [.. all];
    }

    /// <summary>Processor time of a process, of all that it started, and of those of them that have ended.</summary>
    public static double CpuSeconds(int processId) => Tree(processId).Sum(id => CpuSeconds(id, first: 13, last: 16));

    /// <summary>Processor time of the programs that this one started and that have ended.</summary>
    public static double CpuSecondsOfEnded() => CpuSeconds(Environment.ProcessId, first: 15, last: 16);

    /// <exception cref="PeerException">The program has ended, with what it said last.</exception>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            string last = string.Join(" | ", File.ReadLines(_logFile).TakeLast(3));
            throw new PeerException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}: {last}");
        }
    }

    /// <summary>SIGTERM, and SIGKILL for all that it started when that is not enough.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signal(_process, Terminate);
            if (!_process.WaitForExit(s_stopTime))
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit();
            }
        }

        _process.Dispose();
        lock (_writing)
        {
            _log.Dispose();
        }
    }

    // Fields of /proc/<id>/stat, counted from 0: utime, stime, and the same of children that were waited for.
    private static double CpuSeconds(int processId, int first, int last)
    {
        const double TicksPerSecond = 100;
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            string[] afterName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return afterName[(first - 2)..(last - 1)].Sum(double.Parse) / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string[] Threads(int processId)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{processId}/task");
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static int[] Children(string thread)
    {
        try
        {
            return [.. File.ReadAllText(Path.Combine(thread, "children"))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private void Write(object sender, DataReceivedEventArgs line)
    {
        lock (_writing)
        {
            if (line.Data is not null && _log.BaseStream is { CanWrite: true })
            {
                _log.WriteLine(line.Data);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetEffectiveUser();
}

/// <summary>A peer cannot take part, and why.</summary>
internal sealed class PeerException(string message) : Exception(message);
