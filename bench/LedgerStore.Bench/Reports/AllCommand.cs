// bench all: every suite that owns a target, one after the other, each in a process of its own; then one table.
// Options are those of a suite; --json FILE takes all figures together, --html FILE the page with the charts, and
// --publish replaces this machine's report in the checkout and the tables of docs/PERFORMANCE.md.
using System.Diagnostics;
using System.Globalization;
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Reports;

internal static class AllCommand
{
    public const string Usage =
        "  all          every suite; then the table of targets [--quick] [--seconds N] [--json FILE] [--html FILE]\n"
        + "               [--publish]: this machine's report and the tables of docs/PERFORMANCE.md are made anew";

    public static int Run(string[] arguments)
    {
        string? html = null;
        List<string> rest = [.. arguments];
        if (rest.IndexOf("--html") is int at and >= 0 && at + 1 < rest.Count)
        {
            html = rest[at + 1];
            rest.RemoveRange(at, 2);
        }

        bool isPublished = rest.Remove("--publish");
        BenchOptions options = BenchOptions.Parse([.. rest]);
        Machine machine = Machine.Read(Environment.CurrentDirectory);
        Stopwatch watch = Stopwatch.StartNew();
        List<ReportFigure> figures = [];
        List<string> failed = [];
        List<string> notes = [];
        foreach (IBenchSuite suite in BenchSuites.All)
        {
            Console.WriteLine($"\n=== {suite.Name} ({watch.Elapsed:h\\:mm\\:ss})");
            ReportFile? report = RunSuite(suite, options);
            figures.AddRange(report?.Results ?? []);
            notes.AddRange(report?.Notes ?? []);
            if (report is null)
            {
                failed.Add(suite.Name);
            }
        }

        PrintTable(Console.Out, figures, failed, watch.Elapsed);
        ReportFile all = new(
            "all", BenchReport.Command(["all", .. arguments]), BenchReport.Commit(), "see each suite", machine,
            [.. figures])
        {
            Notes = [.. notes],
        };
        if (options.JsonFile is string file)
        {
            all.Write(file);
        }

        if (html is not null)
        {
            HtmlReport.Write(html, [all]);
        }

        if (isPublished)
        {
            string own = PerformancePage.FileOf(machine);
            all.Write(own);
            PerformancePage.Publish(own, all);
        }

        bool complete = BenchSuites.Targets.All(target => Find(figures, target.Figure) is not null);
        return failed.Count == 0 && complete && figures.TrueForAll(figure => figure.Met != false) ? 0 : 1;
    }

    private static ReportFile? RunSuite(IBenchSuite suite, BenchOptions options)
    {
        string json = Path.GetTempFileName();
        try
        {
            List<string> command = [typeof(AllCommand).Assembly.Location, suite.Name, "--json", json];
            command.AddRange(options.Quick ? ["--quick"] : []);
            command.AddRange(["--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture)]);
            using Process process = Process.Start(new ProcessStartInfo("dotnet", command) { UseShellExecute = false })!;
            process.WaitForExit();
            return new FileInfo(json).Length > 0 ? ReportFile.Read(json) : null;
        }
        finally
        {
            File.Delete(json);
        }
    }

    private static ReportFigure? Find(List<ReportFigure> figures, string name) =>
        figures.Find(figure => string.Equals(figure.Name, name, StringComparison.Ordinal));

    /// <summary>Every figure that has something to reach, whether it was measured or not.</summary>
    internal static void PrintTable(
        TextWriter output, List<ReportFigure> figures, List<string> failed, TimeSpan time)
    {
        output.WriteLine($"\n{"figure",-52} {"target",18}    {"measured",14} unit   met");
        int met = 0;
        foreach (Target target in BenchSuites.Targets)
        {
            ReportFigure? figure = Find(figures, target.Figure);
            met += figure?.Met == true ? 1 : 0;
            string measured = figure is null
                ? $"{"not measured",14}"
                : $"{Measured(figure, target),14} {figure.Unit,-5}  {(figure.Met == true ? "yes" : "NO")}";
            output.WriteLine($"{target.Figure,-52} {target,18}    {measured}");
        }

        failed.ForEach(name => output.WriteLine($"suite {name} ended without a report"));
        output.WriteLine($"{met} of {BenchSuites.Targets.Count} targets met, in {time:h\\:mm\\:ss}");
    }

    private static string Measured(ReportFigure figure, Target target) =>
        FigureText.Number(target.IsShare ? figure.ShareOfFloor ?? 0 : figure.Value);
}
