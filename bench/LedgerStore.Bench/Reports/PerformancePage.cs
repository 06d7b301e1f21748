// The tables of docs/PERFORMANCE.md, made from a report: what stands between two markers is replaced, prose stays.
//   <!-- figures of bench/results/some-machine.json -->      which report the page quotes
//   <!-- table machine -->, <!-- table targets -->           what was measured on what, and everything with a target
//   <!-- table wire.append* wire.read* -->                   the figures whose names begin so
// Each ends with <!-- end -->. Pure functions over text, but for the command.
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Reports;

internal static partial class PerformancePage
{
    public const string Usage =
        "  page         FILE.json: makes the tables of docs/PERFORMANCE.md from a report of `all`";

    // The page is ours, and still no expression may run for ever.
    private const int MatchMilliseconds = 60_000;
    private static readonly string s_page = Path.Combine("docs", "PERFORMANCE.md");

    public static int Run(string[] arguments)
    {
        if (arguments.Length != 1)
        {
            throw new FormatException("page wants one report");
        }

        Publish(arguments[0], ReportFile.Read(arguments[0]));
        return 0;
    }

    /// <summary>Where the report of this machine belongs: one for each, replaced by the next.</summary>
    public static string FileOf(Machine machine) =>
        $"bench/results/{NotInNames().Replace(machine.Cpu.ToLowerInvariant(), "-").Trim('-')}-{machine.Cores}.json";

    /// <summary>Makes the page of the checkout in the current directory quote a report.</summary>
    public static void Publish(string file, ReportFile report)
    {
        if (!File.Exists(s_page))
        {
            throw new FormatException($"{s_page} is not below the current directory: run this in a checkout");
        }

        string quoted = Source().Replace(File.ReadAllText(s_page), $"<!-- figures of {file} -->");
        File.WriteAllText(s_page, Render(quoted, report));
        Console.WriteLine($"{s_page} has the tables of {file}");
    }

    /// <summary>The report that a page quotes.</summary>
    public static string SourceOf(string page) => Source().Match(page).Groups["file"].Value;

    /// <summary>The page with its tables made anew.</summary>
    public static string Render(string page, ReportFile report) => Table().Replace(page, match =>
    {
        string what = match.Groups["what"].Value;
        string table = what switch
        {
            "machine" => OfMachine(report),
            "targets" => OfTargets(report),
            _ => OfFigures(report, what.Split(' ')),
        };
        return $"<!-- table {what} -->\n{table}<!-- end -->";
    });

    private static string OfMachine(ReportFile report) => new StringBuilder("| | |\n|---|---|\n")
        .Append(Inv, $"| processor | {report.Machine.Cpu}, {report.Machine.Cores} cores, ")
        .Append(Inv, $"{string.Join(' ', report.Machine.CpuFlags)} |\n")
        .Append(Inv, $"| system | Linux {report.Machine.Kernel}, {report.Machine.Runtime} |\n")
        .Append(Inv, $"| disk | {report.Machine.FileSystem} |\n")
        .Append(Inv, $"| command | `{report.Command}` |\n")
        .Append(Inv, $"| commit | {report.Commit} |\n")
        .Append(Inv, $"| load at the start | {report.Machine.LoadAverage} |\n").ToString();

    private static string OfTargets(ReportFile report)
    {
        StringBuilder table = new(
            "| figure | target | measured | runs | share of its floor | |\n|---|---|---|---|---|---|\n");
        ReportFigure[] aimed = [.. report.Results.Where(static figure => figure.Target is not null)];
        foreach (ReportFigure figure in aimed)
        {
            table.Append(Inv, $"| `{figure.Name}` | {figure.Judged} | {Cells(figure)} | ")
                .Append(figure.Met == true ? "met |\n" : "**missed** |\n");
        }

        int met = aimed.Count(static figure => figure.Met == true);
        return table.Append(Inv, $"\n{aimed.Length} figures have a target, {met} meet it.\n").ToString();
    }

    private static string OfFigures(ReportFile report, string[] names)
    {
        StringBuilder table = new("| figure | measured | runs | share of its floor |\n|---|---|---|---|\n");
        foreach (ReportFigure figure in report.Results.Where(figure => names.Any(name => Fits(figure.Name, name))))
        {
            table.Append(Inv, $"| `{figure.Name}` | {Cells(figure)} |\n");
        }

        return table.ToString();
    }

    private static string Cells(ReportFigure figure)
    {
        string unit = figure.Unit.Length > 0 ? " " + figure.Unit : "";
        string runs = figure.Runs.Length > 1
            ? $"{FigureText.Number(figure.Runs.Min())} to {FigureText.Number(figure.Runs.Max())}" : "";
        string share = figure.ShareOfFloor is double part ? FigureText.Number(part) : "";
        return $"{FigureText.Number(figure.Value)}{unit} | {runs} | {share}";
    }

    private static bool Fits(string figure, string name) => name.EndsWith('*')
        ? figure.StartsWith(name[..^1], StringComparison.Ordinal)
        : string.Equals(figure, name, StringComparison.Ordinal);

    private static CultureInfo Inv => CultureInfo.InvariantCulture;

    [GeneratedRegex("<!-- figures of (?<file>[^ ]+) -->", RegexOptions.ExplicitCapture, MatchMilliseconds)]
    private static partial Regex Source();

    [GeneratedRegex(
        "<!-- table (?<what>[^>]+) -->\n.*?<!-- end -->",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline, MatchMilliseconds)]
    private static partial Regex Table();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.None, MatchMilliseconds)]
    private static partial Regex NotInNames();
}
