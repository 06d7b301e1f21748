// `ledger gaps`: counts that skip, counts that go back, sources that fell silent, and what nobody can know.

using System.Text.Json;
using LedgerStore.Cli;
using LedgerStore.Client;
using LedgerStore.Tests.Engine.Tamper.Campaign;
using LedgerStore.Tests.Fields;
using Xunit;

namespace LedgerStore.Tests.Cli;

public sealed class GapsTests(DevServer server) : IClassFixture<DevServer>
{
    private readonly LedgerCli _ledger = new(server.Profile);

    [Fact]
    public async Task A_count_of_the_records_own_that_skips_and_goes_back_is_told_with_its_places()
    {
        await MakeAsync("counted", """{"n":1}""", """{"n":2}""", """{"n":6}""", """{"n":5}""", """{"other":1}""");
        CliResult found = await _ledger.RunAsync("gaps", "counted", "--sequence", "n", "--json");
        Assert.Equal(5, found.Code);
        using JsonDocument json = JsonDocument.Parse(found.Output);
        Assert.Equal(5, json.RootElement.GetProperty("entries").GetInt32());
        JsonElement source = json.RootElement.GetProperty("sources").EnumerateArray().Single();
        Assert.Equal(3, source.GetProperty("missing").GetInt32());
        Assert.Equal(1, source.GetProperty("went_back").GetInt32());
        Assert.Equal(
            ["3 to 5 are missing before entry 2", "entry 3 has 5 behind 6"],
            source.GetProperty("gaps").EnumerateArray().Select(static gap => gap.GetString()));
    }

    [Fact]
    public async Task Sources_that_count_without_a_gap_are_well_and_silent_ones_are_told()
    {
        await MakeAsync("well", "one", "two");
        CliResult well = await _ledger.RunAsync("gaps", "well", "--silent-for", "90d");
        Assert.True(well.Code == 0, well.ToString());
        Assert.Contains(" ok", well.Output, StringComparison.Ordinal);
        LedgerCli tomorrow = new(server.Profile) { Time = new MovedTime(TimeSpan.FromDays(1)) };
        CliResult silent = await tomorrow.RunAsync("gaps", "well", "--silent-for", "12h");
        Assert.Equal(5, silent.Code);
        Assert.Contains(" silent", silent.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await tomorrow.RunAsync("gaps", "well", "--silent-for", "2d")).Code);
    }

    [Theory]
    [InlineData("is no age", "--silent-for", "soon")]
    [InlineData("is no path", "--sequence", "a..b")]
    [InlineData("is no time", "--since", "then")]
    public async Task What_cannot_be_understood_is_refused(string said, params string[] options)
    {
        CliResult refused = await _ledger.RunAsync(["gaps", "demo", .. options]);
        Assert.Equal(2, refused.Code);
        Assert.Contains(said, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void What_lies_where_entries_are_gone_is_not_called_missing()
    {
        SourceBook book = new(counted: null);
        book.Take(new LedgerEntry(0, EntryMaker.Entry("x"u8, producer: "p", sequence: 1)));
        book.Take(new ExpiredRange(1, 4, default, tombstone: 9));
        book.Take(new LedgerEntry(5, EntryMaker.Entry("x"u8, producer: "p", sequence: 6)));
        book.Take(new LedgerEntry(6, EntryMaker.Entry("x"u8, producer: "p", sequence: 8)));
        SourceCount source = Assert.Single(book.Sources);
        Assert.Equal(1, source.Missing);
        Assert.Equal(["7 to 7 are missing before entry 6"], source.Gaps);
        Assert.Equal(4UL, book.NotSeen);
    }

    [Fact]
    public async Task Numbers_that_nobody_counts_to_and_records_without_one_are_told_and_large_ones_are_exact()
    {
        await MakeAsync("huge", """{"n":-1.7e308}""", """{"n":1.7e308}""", """{"n":9007199254740992}""",
            """{"n":9007199254740993}""", """{"n":9007199254740996}""", """{"n":"x"}""", """{"n":{}}""");
        CliResult found = await _ledger.RunAsync("gaps", "huge", "--sequence", "n", "--json");
        Assert.Equal(5, found.Code);
        using JsonDocument json = JsonDocument.Parse(found.Output);
        JsonElement source = json.RootElement.GetProperty("sources").EnumerateArray().Single();
        Assert.Equal(2, source.GetProperty("missing").GetInt32());
        Assert.Equal(4, source.GetProperty("uncounted").GetInt32());
        Assert.Equal(
            ["9007199254740994 to 9007199254740995 are missing before entry 4"],
            source.GetProperty("gaps").EnumerateArray().Select(static gap => gap.GetString()));

        await MakeAsync("none", """{"n":1}""", """{"m":2}""");
        Assert.Equal(5, (await _ledger.RunAsync("gaps", "none", "--sequence", "n")).Code);
    }

    [Fact]
    public void What_is_gone_excuses_no_more_than_it_can_hold()
    {
        SourceBook book = new(counted: null);
        book.Take(new LedgerEntry(0, EntryMaker.Entry("x"u8, producer: "p", sequence: 1)));
        book.Take(new ExpiredRange(1, 4, default, tombstone: 9));
        book.Take(new LedgerEntry(5, EntryMaker.Entry("x"u8, producer: "p", sequence: 1_000)));
        SourceCount source = Assert.Single(book.Sources);
        Assert.Equal(994, source.Missing);
        Assert.Equal(
            ["2 to 999 are missing before entry 5, but for at most 4 that cannot be read"], source.Gaps);
    }

    private async Task MakeAsync(string name, params string[] records)
    {
        CliResult created = await _ledger.RunAsync("create", name);
        Assert.True(created.Code == 0, created.ToString());
        CliResult appended = await _ledger.RunAsync(["append", name, .. records]);
        Assert.True(appended.Code == 0, appended.ToString());
    }
}
