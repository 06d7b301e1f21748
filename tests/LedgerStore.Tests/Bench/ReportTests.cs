// The file that --json writes, and the page that is drawn from it: what is not whole is refused, not guessed.
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Reports;
using Xunit;

namespace LedgerStore.Tests.Bench;

[SupportedOSPlatform("linux")]
public sealed class ReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ledgerstore-report-").FullName;

    private string Json => Path.Combine(_folder, "suite.json");

    public static TheoryData<string> Fields => ["suite", "command", "commit", "clock", "machine", "results"];

    public static TheoryData<string> FieldsOfFigures =>
    [
        "name", "value", "unit", "floor", "share_of_floor", "target", "target_is_share", "met", "lower_is_better",
        "runs",
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_written_is_read()
    {
        ReportFile report = NewReport();
        report.Write(Json);
        ReportFile read = ReportFile.Read(Json);
        Assert.Equivalent(report, read, strict: true);
        Assert.Equal("a note & more", Assert.Single(read.Notes));
    }

    [Fact]
    public void A_figure_is_one_line()
    {
        NewReport().Write(Json);
        Assert.Single(File.ReadAllLines(Json), static line => line.Contains("test.rate", StringComparison.Ordinal));
        Assert.DoesNotContain(File.ReadAllLines(Json), static line => line.StartsWith("  ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_report_without_one_of_its_fields_is_refused(string field)
    {
        Change(report => report.Remove(field));
        FormatException refused = Assert.Throws<FormatException>(() => ReportFile.Read(Json));
        Assert.Contains(field, refused.Message, StringComparison.Ordinal);
        Assert.Contains(Json, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(FieldsOfFigures))]
    public void A_figure_without_one_of_its_fields_is_refused(string field)
    {
        Change(report => report["results"]![0]!.AsObject().Remove(field));
        FormatException refused = Assert.Throws<FormatException>(() => ReportFile.Read(Json));
        Assert.Contains(field, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_whose_results_are_null_is_refused()
    {
        Change(report => report["results"] = null);
        Assert.Throws<FormatException>(() => ReportFile.Read(Json));
    }

    [Fact]
    public void A_report_may_have_no_notes()
    {
        Change(report => report.Remove("notes"));
        Assert.Empty(ReportFile.Read(Json).Notes);
    }

    [Fact]
    public void The_page_shows_the_notes_and_every_figure_with_a_target()
    {
        NewReport().Write(Json);
        Assert.Equal(0, HtmlReport.Run([_folder]));
        string page = File.ReadAllText(Path.Combine(_folder, "index.html"));
        Assert.Contains("<li>a note &amp; more</li>", page, StringComparison.Ordinal);
        Assert.Contains("<td>test.rate<td>&gt;= 10<td>12 1/s", page, StringComparison.Ordinal);
    }

    private static ReportFile NewReport()
    {
        BenchResult rate = new(
            "test.rate", 12, "1/s", Floor: 24, Target.AtLeast("test.rate", 10), LowerIsBetter: false, [11, 12, 13]);
        return new ReportFile(
            "test", "bench test", "0123456789abcdef", "wall", Machine.Read("/"), [ReportFigure.Of(rate)])
        {
            Notes = ["a note & more"],
        };
    }

    private void Change(Action<JsonObject> change)
    {
        NewReport().Write(Json);
        JsonObject report = JsonNode.Parse(File.ReadAllBytes(Json))!.AsObject();
        change(report);
        File.WriteAllText(Json, report.ToJsonString());
    }
}
