// What the kernel knows about a process, from /proc. Any thread.
using System.Globalization;

namespace LedgerStore.Bench.Load;

/// <summary>Memory and bytes written.</summary>
internal static class ProcessFacts
{
    /// <summary>Anonymous memory in MB (10^6): heap, stacks, buffers; not the mapped files.</summary>
    public static double RssAnonMegabytes(string process = "self") =>
        Field($"/proc/{process}/status", "RssAnon:") * 1024 / 1e6;

    /// <summary>Bytes that the process passed to write calls. The kernel's own count of dirty pages takes whole
    /// folios of up to 2 MB where a part was written, and says twice as much.</summary>
    public static long WrittenBytes() => (long)Field("/proc/self/io", "wchar:");

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
