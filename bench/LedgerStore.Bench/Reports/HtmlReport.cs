// bench report DIRECTORY: one static page with charts, made from the reports (*.json) in it. No script, no network.
// What is drawn follows from the names of the figures, so a new suite shows up by itself.
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Reports;

internal static partial class HtmlReport
{
    public const string Usage = "  report       DIRECTORY: makes index.html with charts from the reports in it";

    private const string Style =
        "body{font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:2em auto;padding:0 1em;color:#222;" +
        "background:#fff}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}" +
        "td,th{padding:2px 10px 2px 0;text-align:right;border-bottom:1px solid #e3e3e3}" +
        "td:first-child,th:first-child{text-align:left}" +
        ".no{color:#b8433f;font-weight:600}svg{max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;" +
        "fill:#333}.grid{stroke:#e3e3e3}.mark{stroke:#222;stroke-width:2}code{font-size:12px}small{color:#666}";

    public static int Run(string[] arguments)
    {
        if (arguments.Length != 1 || !Directory.Exists(arguments[0]))
        {
            throw new FormatException("report wants the directory that holds the reports");
        }

        ReportFile[] reports = Load(arguments[0]);
        if (reports.Length == 0)
        {
            throw new FormatException($"{arguments[0]} holds no report (*.json)");
        }

        string page = Path.Combine(arguments[0], "index.html");
        Write(page, reports);
        Console.WriteLine(page);
        return 0;
    }

    /// <summary>All reports of a directory.</summary>
    public static ReportFile[] Load(string directory) =>
        [.. Directory.GetFiles(directory, "*.json").Order(StringComparer.Ordinal).Select(ReportFile.Read)];

    public static void Write(string file, IReadOnlyList<ReportFile> reports)
    {
        // A figure that is in several reports is drawn once: as the report of all has it, which PERFORMANCE.md quotes.
        List<ReportFigure> figures = [.. reports.OrderBy(report => report.Suite != "all")
            .SelectMany(each => each.Results)
            .DistinctBy(figure => figure.Name, StringComparer.Ordinal)];
        StringBuilder page = new();
        page.Append("<!doctype html><html lang='en'><meta charset='utf-8'><title>LedgerStore: figures</title><style>")
            .Append(Style).Append("</style><h1>LedgerStore: figures</h1>");
        Sources(page, reports);
        Targets(page, figures);
        ShareOfFloor(page, figures);
        Latencies(page, figures);
        Sweeps(page, figures);
        Peers(page, figures);
        Notes(page, reports);
        File.WriteAllText(file, page.Append("</html>\n").ToString());
    }

    private static void Sources(StringBuilder page, IReadOnlyList<ReportFile> reports)
    {
        page.Append("<p>Each figure is the median of its runs. To repeat one, run its command on the commit named.</p>")
            .Append("<table><tr><th>suite<th>command<th>commit<th>load at start</tr>");
        foreach (ReportFile report in reports)
        {
            page.Append("<tr><td>").Append(Safe(report.Suite)).Append("<td style='text-align:left'><code>")
                .Append(Safe(report.Command)).Append("</code><td><code>")
                .Append(Safe(report.Commit[..Math.Min(12, report.Commit.Length)])).Append("</code><td>")
                .Append(Safe(report.Machine.LoadAverage.Split(' ')[0])).Append("</tr>");
        }

        page.Append("</table><p><small>").Append(Safe(reports[0].Machine.ToString())).Append("</small></p>");
    }

    private static void Targets(StringBuilder page, List<ReportFigure> figures)
    {
        ReportFigure[] aimed = [.. figures.Where(figure => figure.Target is not null)];
        if (aimed.Length == 0)
        {
            return;
        }

        page.Append("<h2>Targets</h2><p>How many times as good as its target each figure is; the mark is the ")
            .Append("target.</p>")
            .Append(SvgChart.Bars(
                [.. aimed.Select(figure => new Bar(
                    figure.Name, Goodness(figure), $"{SvgChart.Short(Goodness(figure))} x", 1, figure.Met == false))],
                logarithmic: true))
            .Append("<table><tr><th>figure<th>target<th>measured<th>lowest run<th>highest run<th>met</tr>");
        foreach (ReportFigure figure in aimed)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"<tr><td>{Safe(figure.Name)}<td>{Safe(figure.Judged!.ToString())}")
                .Append(CultureInfo.InvariantCulture,
                $"<td>{SvgChart.Short(figure.Value)} {Safe(figure.Unit)}<td>{SvgChart.Short(figure.Runs.Min())}")
                .Append(CultureInfo.InvariantCulture,
                $"<td>{SvgChart.Short(figure.Runs.Max())}<td{(figure.Met == true ? ">yes" : " class='no'>no")}</tr>");
        }

        page.Append("</table>");
    }

    private static double Goodness(ReportFigure figure) => figure.TargetIsShare
        ? (figure.ShareOfFloor ?? 0) / figure.Target!.Value
        : figure.LowerIsBetter
        ? figure.Target!.Value / Math.Max(figure.Value, figure.Target.Value / 1000)
        : figure.Value / figure.Target!.Value;

    private static void ShareOfFloor(StringBuilder page, List<ReportFigure> figures)
    {
        Bar[] bars = [.. figures.Where(figure => figure.ShareOfFloor is not null).Select(figure => new Bar(
            figure.Name, figure.ShareOfFloor!.Value, $"{figure.ShareOfFloor:P0}", 1))];
        if (bars.Length > 0)
        {
            page.Append("<h2>Share of the floor</h2><p>Of what the machine itself does, measured in the same run; ")
                .Append("the mark is the floor.</p>").Append(SvgChart.Bars(bars, logarithmic: false));
        }
    }

    private static void Latencies(StringBuilder page, List<ReportFigure> figures)
    {
        // Nines on the axis: 50 %, 90 %, 99 %, 99.9 % stand at 2, 10, 100 and 1,000.
        Dictionary<string, double> points = new(StringComparer.Ordinal)
        {
            ["p50"] = 2,
            ["p90"] = 10,
            ["p99"] = 100,
            ["p99_9"] = 1_000,
        };
        Line[] lines = [.. figures.Select(figure => (Figure: figure, Match: LatencyName().Match(figure.Name)))
            .Where(each => each.Match.Success)
            .GroupBy(each => each.Match.Groups[1].Value, StringComparer.Ordinal)
            .Where(group => group.Count() >= 3)
            .Select(group => new Line(
                group.Key, [.. group.Select(each => (points[each.Match.Groups[2].Value], each.Figure.Value))]))];
        if (lines.Length > 0)
        {
            page.Append("<h2>Latencies</h2>").Append(SvgChart.Lines(
                lines, "microseconds", logarithmic: true,
                [.. lines.SelectMany(line => line.Points).Select(point => point.X).Distinct().Order()
                    .Select(x => points.First(point => point.Value == x).Key.Replace('_', '.'))]));
        }
    }

    private static void Sweeps(StringBuilder page, List<ReportFigure> figures)
    {
        var sweeps = figures.Select(figure => (Figure: figure, Match: SweepName().Match(figure.Name)))
            .Where(each => each.Match.Success)
            .GroupBy(each => (By: each.Match.Groups["by"].Value, Rate: each.Match.Groups["rate"].Value));
        foreach (var sweep in sweeps)
        {
            (double, double)[] points = [.. sweep.Select(each => (
                double.Parse(each.Match.Groups["at"].Value, CultureInfo.InvariantCulture), each.Figure.Value))];
            string rate = sweep.Key.Rate.Replace('_', ' ');
            page.Append("<h2>").Append(Safe($"{rate} by {sweep.Key.By}")).Append("</h2>").Append(SvgChart.Lines(
                [new Line(rate, points)], rate, logarithmic: false));
        }
    }

    private static void Peers(StringBuilder page, List<ReportFigure> figures)
    {
        var cells = figures.Select(figure => (Figure: figure, Match: PeerName().Match(figure.Name)))
            .Where(each => each.Match.Success)
            .GroupBy(each => each.Match.Groups[1].Value, StringComparer.Ordinal);
        foreach (var cell in cells)
        {
            page.Append("<h2>Peers: ").Append(Safe(cell.Key)).Append("</h2><p>Records per second, logarithmic.</p>")
                .Append(SvgChart.Bars(
                    [.. cell.OrderByDescending(each => each.Figure.Value).Select(each => new Bar(
                        each.Match.Groups[2].Value, each.Figure.Value, SvgChart.Short(each.Figure.Value)))],
                    logarithmic: true));
        }
    }

    private static void Notes(StringBuilder page, IReadOnlyList<ReportFile> reports)
    {
        // The notes of all suites together are those of each once more.
        string[] notes = [.. reports.SelectMany(report => report.Notes).Distinct(StringComparer.Ordinal)];
        if (notes.Length > 0)
        {
            page.Append("<h2>Notes</h2><p>What the suites say besides their figures.</p><ul>");
            Array.ForEach(notes, note => page.Append("<li>").Append(Safe(note)).Append("</li>"));
            page.Append("</ul>");
        }
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);

    [GeneratedRegex(@"^(?<of>.+?)\.(latency_)?(?<point>p50|p90|p99|p99_9)_us$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LatencyName();

    [GeneratedRegex(
        @"\.sweep\.(?<by>[a-z]+)_(?<at>[0-9]+)\.(?<rate>[a-z_]+s_per_second)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SweepName();

    [GeneratedRegex(
        @"^peers\.(?<cell>[a-z0-9_]+)\.(?<peer>[a-z0-9_]+)\.records_per_second$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PeerName();
}
