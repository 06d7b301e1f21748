// What the kernel knows about a process, from /proc. Any thread.
using System.Globalization;

namespace LedgerStore.Bench.Load;

/// <summary>Memory and bytes written.</summary>
internal static class ProcessFacts
{
    /// <summary>Anonymous memory in MB (10^6): heap, stacks, buffers; not the mapped files.</summary>
    public static double RssAnonMegabytes(string process = "self") =>
        Field($"/proc/{process}/status", "RssAnon:") * 1024 / 1e6;

    /// <summary>Bytes that the process passed to write calls on files of a disk: pages made dirty.</summary>
    public static long WrittenBytes() => (long)Field("/proc/self/io", "write_bytes:");

    private static double Field(string file, string name)
    {
        foreach (string line in File.ReadLines(file))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                string number = line[name.Length..].Trim().Split(' ')[0];
                return double.Parse(number, CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
