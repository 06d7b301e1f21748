// What a figure was measured on, read from /proc. Where a fact is not to be had it says "unknown".
using System.Globalization;
using System.Runtime.InteropServices;

namespace LedgerStore.Bench.Frame;

internal sealed record Machine(
    string Cpu,
    int Cores,
    string[] CpuFlags,
    long MemoryMegabytes,
    string Kernel,
    string FileSystem,
    string Runtime,
    string LoadAverage)
{
    // Those that decide which code runs.
    private static readonly string[] s_flagsOfInterest =
        ["avx2", "avx512f", "avx512bw", "avx512vl", "sha_ni", "pclmulqdq", "sha2", "asimd", "crc32"];

    public static Machine Read(string directory)
    {
        string[] cpu = Lines("/proc/cpuinfo");
        string[] flags = Field(cpu, "flags").Split(' ').Concat(Field(cpu, "Features").Split(' ')).ToArray();
        return new Machine(
            Cpu: Field(cpu, "model name"),
            Cores: Environment.ProcessorCount,
            CpuFlags: [.. s_flagsOfInterest.Where(flags.Contains)],
            MemoryMegabytes: GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20,
            Kernel: Lines("/proc/sys/kernel/osrelease").FirstOrDefault("unknown"),
            FileSystem: FileSystemOf(directory),
            Runtime: RuntimeInformation.FrameworkDescription,
            LoadAverage: Lines("/proc/loadavg").FirstOrDefault("unknown"));
    }

    /// <summary>Type and options of the mount the directory is on: the longest path that matches.</summary>
    private static string FileSystemOf(string directory)
    {
        string best = "unknown";
        int longest = -1;
        foreach (string line in Lines("/proc/self/mounts"))
        {
            string[] fields = line.Split(' ');
            string mount = fields[1];
            bool inside = mount == "/" || (directory + "/").StartsWith(mount + "/", StringComparison.Ordinal);
            if (inside && mount.Length > longest)
            {
                longest = mount.Length;
                best = $"{fields[2]} ({fields[3]})";
            }
        }

        return best;
    }

    private static string Field(string[] lines, string name)
    {
        string? line = lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? "unknown" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cpu}, {Cores} cores, {string.Join(' ', CpuFlags)}; Linux {Kernel}; {FileSystem}; {Runtime}; " +
        $"load {LoadAverage}");
}
