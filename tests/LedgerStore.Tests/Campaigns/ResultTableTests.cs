// The table of docs/RELIABILITY.md is what the recorded results of the campaigns say, and nothing else.
using LedgerStore.Campaigns.Results;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Campaigns;

public sealed class ResultTableTests
{
    [Fact]
    public void The_table_in_the_document_is_what_the_results_say()
    {
        string results = Path.Combine(SourceTree.Root, "tests/LedgerStore.Campaigns/results");
        ResultRow[] rows =
        [
            .. Directory.GetFiles(results, "*.jsonl").Order(StringComparer.Ordinal)
                .SelectMany(File.ReadLines)
                .Select(ResultRow.Parse),
        ];
        Assert.NotEmpty(rows);
        string document = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/RELIABILITY.md"));
        Assert.Contains(ResultTable.Of(rows), document, StringComparison.Ordinal);
        Assert.Contains(SenderTable.Of(rows), document, StringComparison.Ordinal);
    }

    [Fact]
    public void What_did_not_run_is_no_result()
    {
        ResultRow none = new()
        {
            Campaign = "disk",
            Command = "disk",
            Seed = 1,
            Began = "now",
            DidNotRun = "there is no disk",
        };
        Assert.Contains("did not run: there is no disk", ResultTable.Of([none]), StringComparison.Ordinal);
    }
}
