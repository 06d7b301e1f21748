// Puts the figures of a run into a file, with the command and the commit that they belong to.
using System.Diagnostics;

namespace LedgerStore.Bench.Frame;

internal static class BenchReport
{
    public static ReportFile Of(IBenchSuite suite, string[] arguments, Machine machine, BenchRun run) =>
        new(
            suite.Name,
            Command(arguments),
            Commit(),
            suite.Clock == BenchClock.Wall ? "wall" : "cpu time of one thread",
            machine,
            [.. run.Results.Select(ReportFigure.Of)])
        {
            Notes = [.. run.Notes],
        };

    /// <summary>What to type to measure this again, with the switches that turn instruction sets off.</summary>
    public static string Command(string[] arguments)
    {
        IEnumerable<string> switches = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(variable => $"{variable.Key}={variable.Value}")
            .Where(variable => variable.StartsWith("DOTNET_Enable", StringComparison.Ordinal)).Order();
        string[] command = ["dotnet run -c Release --project bench/LedgerStore.Bench --", .. arguments];
        return string.Join(' ', switches.Concat(command));
    }

    /// <summary>The commit that was measured, with "-dirty" when it was not quite that.</summary>
    public static string Commit()
    {
        var start = new ProcessStartInfo("git", "describe --always --dirty --abbrev=40 --exclude=*")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process? git = Process.Start(start);
            string commit = git?.StandardOutput.ReadToEnd().Trim() ?? "";
            git?.WaitForExit();
            return commit.Length > 0 ? commit : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}
