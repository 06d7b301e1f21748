// Counts how often a peer makes its data durable: strace, attached to its processes for a short run of its own.
// Owned by one contender for one run.
using System.Diagnostics;
using System.Globalization;

namespace LedgerStore.Bench.Peers;

/// <summary>What was counted in one run.</summary>
/// <param name="Acknowledgements">Calls that were answered in that time.</param>
internal sealed record SyncCount(long Syncs, long Acknowledgements);

/// <summary>A strace under way.</summary>
internal sealed class SyncTrace : IDisposable
{
    private const int Interrupt = 2;
    private const int DataSyncFlag = 4096;
    private const string Calls =
        "trace=openat,fsync,fdatasync,syncfs,msync,write,writev,pwrite64,pwritev,pwritev2";

    private static readonly TimeSpan s_attachTime = TimeSpan.FromSeconds(10);

    private readonly Process _strace;
    private readonly string _file;
    private readonly HashSet<string> _synchronous;
    private readonly string? _synchronousDirectory;

    private SyncTrace(Process strace, string file, HashSet<string> synchronous, string? synchronousDirectory)
    {
        _strace = strace;
        _file = file;
        _synchronous = synchronous;
        _synchronousDirectory = synchronousDirectory;
    }

    /// <summary>The words before a command that is to be traced from its start.</summary>
    public static string[] Prefix(string file) => ["strace", "-f", "-y", "-qq", "-s", "0", "-e", Calls, "-o", file];

    /// <summary>Attaches to processes and all their threads.</summary>
    /// <param name="synchronousDirectory">Where each write is a sync, since the file system was told so.</param>
    /// <returns>Null: there is no strace, or it is not permitted.</returns>
    public static SyncTrace? Attach(int[] processes, string file, string? synchronousDirectory)
    {
        if (PeerProcess.Find("strace") is null)
        {
            return null;
        }

        IEnumerable<string> targets = processes.SelectMany(
            id => new[] { "-p", id.ToString(CultureInfo.InvariantCulture) });
        string[] words = [.. Prefix(file).Where(word => word != "-qq"), .. targets];
        Process tracer = Process.Start(new ProcessStartInfo(words[0], words.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        HashSet<string> opened = [.. processes.SelectMany(SynchronousFiles)];
        if (!WaitUntilAttached(tracer, processes.Length))
        {
            tracer.WaitForExit();
            tracer.Dispose();
            return null;
        }

        _ = tracer.StandardError.ReadToEndAsync();
        return new SyncTrace(tracer, file, opened, synchronousDirectory);
    }

    /// <summary>Detaches and counts.</summary>
    public long Finish()
    {
        PeerProcess.Signal(_strace, Interrupt);
        _strace.WaitForExit();
        return Count(_file, _synchronous, _synchronousDirectory);
    }

    public void Dispose()
    {
        if (!_strace.HasExited)
        {
            _strace.Kill();
            _strace.WaitForExit();
        }

        _strace.Dispose();
        File.Delete(_file);
    }

    /// <summary>Calls that sync, and writes to files where a write is a sync.</summary>
    public static long Count(string file, HashSet<string> synchronous, string? synchronousDirectory)
    {
        long syncs = 0;
        foreach (string line in File.ReadLines(file))
        {
            // 4711  pwrite64(47</data/log.0>, ""..., 512, 0) = 512
            // What is <unfinished ...> counts; the line on which it is resumed has another form.
            string call = line[(line.IndexOf(' ') + 1)..].TrimStart();
            int end = call.IndexOf('(');
            if (end < 1)
            {
                continue;
            }

            switch (call[..end])
            {
                case "fsync" or "fdatasync" or "syncfs" or "msync":
                    syncs++;
                    break;
                case "openat":
                    if (call.Contains("SYNC|", StringComparison.Ordinal))
                    {
                        synchronous.Add(call.Split('"')[1]);
                    }

                    break;
                default:
                    string path = Between(call, '<', '>');
                    syncs += synchronous.Contains(path)
                        || (synchronousDirectory is not null
                            && path.StartsWith(synchronousDirectory, StringComparison.Ordinal)) ? 1 : 0;
                    break;
            }
        }

        return syncs;
    }

    private static bool WaitUntilAttached(Process strace, int processes)
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (int attached = 0; attached < processes && watch.Elapsed < s_attachTime;)
        {
            string? line = strace.StandardError.ReadLine();
            if (line is null || line.Contains("not permitted", StringComparison.Ordinal))
            {
                return false;
            }

            // A process that has ended meanwhile is no reason to give up.
            attached += line.StartsWith("strace: ", StringComparison.Ordinal) ? 1 : 0;
        }

        return true;
    }

    private static string[] SynchronousFiles(int process)
    {
        List<string> files = [];
        try
        {
            foreach (string info in Directory.GetFiles($"/proc/{process}/fdinfo"))
            {
                string flags = File.ReadLines(info).First(line => line.StartsWith("flags:", StringComparison.Ordinal));
                if ((Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & DataSyncFlag) != 0
                    && File.ResolveLinkTarget($"/proc/{process}/fd/{Path.GetFileName(info)}", false) is { } target)
                {
                    files.Add(target.FullName);
                }
            }
        }
        catch (IOException)
        {
            // A descriptor that was closed meanwhile.
        }

        return [.. files];
    }

    private static string Between(string text, char first, char last)
    {
        int from = text.IndexOf(first) + 1;
        int to = from > 0 ? text.IndexOf(last, from) : -1;
        return to > from ? text[from..to] : "";
    }
}
