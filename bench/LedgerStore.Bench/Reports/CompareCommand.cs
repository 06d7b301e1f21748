// bench compare OLD.json NEW.json, and bench compare --builds DIR_A DIR_B SUITE: what a change did to the figures.
// Exit code 1 when a figure is certainly worse by more than the threshold.
using System.Diagnostics;
using System.Globalization;
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Reports;

internal static class CompareCommand
{
    public const string Usage =
        "  compare      OLD.json NEW.json [--threshold 0.05]: ratios with 95 % intervals; 1 if anything is worse\n" +
        "               --builds DIR_A DIR_B SUITE [--rounds 5] [--threshold 0.05] [options of the suite]: two\n" +
        "               builds in turn, A B A B, so that a noisy machine is noisy to both";

    public static int Run(string[] arguments)
    {
        List<string> rest = [.. arguments];
        double threshold = Take(rest, "--threshold", 0.05);
        if (rest.Count == 2)
        {
            return Print(Compare(ReportFile.Read(rest[0]), ReportFile.Read(rest[1])), threshold);
        }

        if (rest.Count >= 4 && string.Equals(rest[0], "--builds", StringComparison.Ordinal))
        {
            int rounds = (int)Take(rest, "--rounds", 5);
            return Print(CompareBuilds(rest[1], rest[2], [.. rest.Skip(3)], rounds), threshold);
        }

        throw new FormatException("compare wants two reports, or --builds with two directories and a suite");
    }

    private static List<Comparison> Compare(ReportFile old, ReportFile now)
    {
        Console.WriteLine($"old: {old.Commit} on {old.Machine}");
        Console.WriteLine($"new: {now.Commit} on {now.Machine}");
        var before = old.Results.ToDictionary(figure => figure.Name, StringComparer.Ordinal);
        foreach (string gone in before.Keys.Except(now.Results.Select(figure => figure.Name), StringComparer.Ordinal))
        {
            Console.WriteLine($"only in the old report: {gone}");
        }

        return [.. now.Results.Where(figure => before.ContainsKey(figure.Name))
            .Select(figure => Comparison.Unpaired(before[figure.Name], figure))];
    }

    private static List<Comparison> CompareBuilds(string first, string second, string[] suite, int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("ledgerstore-compare-").FullName;
        try
        {
            List<ReportFile> old = [];
            List<ReportFile> now = [];
            for (int round = 0; round < rounds; round++)
            {
                Console.WriteLine($"round {round + 1} of {rounds}");
                old.Add(RunBuild(first, suite, Path.Combine(folder, "a.json")));
                now.Add(RunBuild(second, suite, Path.Combine(folder, "b.json")));
            }

            return [.. now[0].Results.Select(figure => figure.Name).Where(name => InAll(old, name) && InAll(now, name))
                .Select(name => Comparison.Paired(All(old, name), All(now, name)))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool InAll(List<ReportFile> files, string name) =>
        files.TrueForAll(file => file.Results.Any(figure => Is(figure, name)));

    private static ReportFigure[] All(List<ReportFile> files, string name) =>
        [.. files.Select(file => file.Results.First(figure => Is(figure, name)))];

    private static bool Is(ReportFigure figure, string name) =>
        string.Equals(figure.Name, name, StringComparison.Ordinal);

    private static ReportFile RunBuild(string directory, string[] suite, string json)
    {
        string program = Path.Combine(directory, "LedgerStore.Bench.dll");
        if (!File.Exists(program))
        {
            throw new FormatException(
                $"{directory} holds no LedgerStore.Bench.dll: give the folder of a Release build");
        }

        var start = new ProcessStartInfo("dotnet", [program, .. suite, "--json", json])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        File.Delete(json);
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return File.Exists(json)
            ? ReportFile.Read(json)
            : throw new FormatException($"{directory} measured nothing: {said}");
    }

    private static int Print(List<Comparison> comparisons, double threshold)
    {
        Console.WriteLine($"{"figure",-58} {"old",14} {"new",14} {"ratio",7}   95 % interval   (above 1 is better)");
        foreach (Comparison each in comparisons)
        {
            string verdict = each.IsRegression(threshold) ? "WORSE" : each.IsGain(threshold) ? "better" : "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{each.Name,-58} {Number(each.Old),14} {Number(each.New),14} {each.Ratio,7:0.000}   " +
                $"{Bound(each.Low),6} .. {Bound(each.High),-6} {verdict}"));
        }

        int worse = comparisons.Count(each => each.IsRegression(threshold));
        int unsure = comparisons.Count(each => double.IsInfinity(each.High));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{comparisons.Count} figures compared, {worse} worse by more than {threshold:P0}" +
            $"{(unsure > 0 ? $", {unsure} of one run each say nothing for certain" : "")}"));
        return worse > 0 ? 1 : 0;
    }

    private static string Bound(double value) =>
        double.IsFinite(value) && value < 1000 ? value.ToString("0.000", CultureInfo.InvariantCulture) : "any";

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) < 1000 ? "0.###" : "#,0", CultureInfo.InvariantCulture);

    private static double Take(List<string> arguments, string name, double otherwise)
    {
        int at = arguments.IndexOf(name);
        if (at < 0)
        {
            return otherwise;
        }

        if (at + 1 >= arguments.Count || !double.TryParse(
            arguments[at + 1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
        {
            throw new FormatException($"{name} wants a number");
        }

        arguments.RemoveRange(at, 2);
        return value;
    }
}
