// What the kernel says of a running process. Immutable; any thread.
using System.Globalization;

namespace LedgerStore.Campaigns.Running;

/// <summary>Memory, handles and threads of a process.</summary>
/// <param name="Mebibytes">Of its own.</param>
/// <param name="Mapped">Of files that it has mapped: they grow with the store, and the kernel takes them back.</param>
internal readonly record struct ProcessFacts(double Mebibytes, double Mapped, int Handles, int Threads)
{
    private const double KibiPerMebi = 1024;

    public static ProcessFacts Of(int process)
    {
        string[] status = File.ReadAllLines($"/proc/{process}/status");
        return new ProcessFacts(
            Math.Round(Number(status, "RssAnon:") / KibiPerMebi, 1),
            Math.Round(Number(status, "RssFile:") / KibiPerMebi, 1),
            Directory.GetFiles($"/proc/{process}/fd").Length,
            (int)Number(status, "Threads:"));
    }

    private static double Number(string[] status, string name)
    {
        string line = Array.Find(status, each => each.StartsWith(name, StringComparison.Ordinal)) ?? $"{name} 0";
        string number = line[name.Length..].Trim().Split(' ')[0];
        return double.Parse(number, CultureInfo.InvariantCulture);
    }
}
