// The figures of a run as a file: the same shape for every suite, so that two runs can be compared by a program.
using System.Diagnostics;
using System.Text.Json;

namespace LedgerStore.Bench.Frame;

internal static class BenchReport
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static void Write(string file, IBenchSuite suite, string[] arguments, Machine machine, BenchRun run)
    {
        var report = new
        {
            Suite = suite.Name,
            Command = Command(arguments),
            Commit = Commit(),
            Clock = suite.Clock == BenchClock.Wall ? "wall" : "cpu time of one thread",
            Machine = machine,
            Results = run.Results.Select(result => new
            {
                result.Name,
                Value = Rounded(result.Value),
                result.Unit,
                Floor = Rounded(result.Floor),
                ShareOfFloor = Rounded(result.ShareOfFloor),
                result.Target,
                result.Met,
                Runs = result.Runs.Select(value => Rounded(value)),
            }),
        };
        string? directory = Path.GetDirectoryName(Path.GetFullPath(file));
        Directory.CreateDirectory(directory!);
        File.WriteAllText(file, JsonSerializer.Serialize(report, Json) + "\n");
    }

    /// <summary>What to type to measure this again, with the switches that turn instruction sets off.</summary>
    private static string Command(string[] arguments)
    {
        IEnumerable<string> switches = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(variable => $"{variable.Key}={variable.Value}")
            .Where(variable => variable.StartsWith("DOTNET_Enable", StringComparison.Ordinal)).Order();
        string[] command = ["dotnet run -c Release --project bench/LedgerStore.Bench --", .. arguments];
        return string.Join(' ', switches.Concat(command));
    }

    /// <summary>The commit that was measured, with "-dirty" when it was not quite that.</summary>
    private static string Commit()
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

    // Four significant digits: more would claim a precision that no run has.
    private static double? Rounded(double? value)
    {
        if (value is not double number || number == 0)
        {
            return value;
        }

        int digits = 3 - (int)Math.Floor(Math.Log10(Math.Abs(number)));
        double scale = Math.Pow(10, digits);
        return digits > 0 ? Math.Round(number, Math.Min(digits, 15)) : Math.Round(number * scale) / scale;
    }
}
