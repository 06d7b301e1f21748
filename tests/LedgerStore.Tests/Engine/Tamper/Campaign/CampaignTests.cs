// The campaign: thousands of forgeries, generated from what the files of a store hold, each against everybody who may
// notice. LEDGERSTORE_TAMPER_COUNT and LEDGERSTORE_TAMPER_SEED make it longer and another one, LEDGERSTORE_TAMPER_ONLY
// repeats one forgery by its name, LEDGERSTORE_TAMPER_PART=2/10 does the second tenth of them, and
// LEDGERSTORE_TAMPER_WRITE=1 writes what was measured into docs/SECURITY.md.

using System.Globalization;
using LedgerStore.Engine.Format;
using LedgerStore.Tests.Gates;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

public sealed class CampaignTests(CampaignHome home, ITestOutputHelper output) : IClassFixture<CampaignHome>
{
    // By hand 30,000: they take a quarter of a second of a core each.
    private const int CountInCi = 3_000;
    private const int SeedInCi = 12;

    [Fact]
    public void Nothing_is_noticed_where_nothing_was_done()
    {
        foreach (string sound in (string[])[home.Sound, home.Crashed])
        {
            using CampaignCopy copy = home.Copy(sound);
            Verdict verdict = Judge.Run(home, copy, TimeSpan.FromMinutes(5));
            Assert.True(verdict is { IsHarmless: true, Noticed: Notice.None }, verdict.ToString());
        }
    }

    [Fact]
    public void Every_type_of_record_is_forged()
    {
        (string, int)[] known =
        [
            .. Enum.GetValues<CatalogRecordType>().Select(static type => (RecordShapes.Catalog, (int)type)),
            .. Enum.GetValues<StateRecordType>().Select(static type => (RecordShapes.State, (int)type)),
            .. Enum.GetValues<KeyRecordType>().Select(static type => (RecordShapes.Keys, (int)type)),
            .. Enum.GetValues<SectionType>().Select(static type => (RecordShapes.Journal, (int)type)),
        ];
        Assert.All(known, static type => Assert.True(
            RecordShapes.Find(type.Item1, type.Item2) is not null,
            $"{type.Item1} has records of type {type.Item2}: say in RecordShapes what they are made of"));

        HashSet<string> rows = [.. new CampaignRun(home, SeedInCi).Singles.Select(static one => one.Row)];
        Assert.All(known, type => Assert.Contains(
            $"{type.Item1}: {RecordShapes.Find(type.Item1, type.Item2)!.Name}", rows));
    }

    [Fact]
    public void Every_row_of_the_evidence_table_is_forged()
    {
        // The copy of the policy is the server's, and what says nothing has no records: whole files are exchanged.
        string[] others = ["policy copy", "LOCK, reserve, spares, quarantine"];
        HashSet<EvidenceRow> forged =
            [.. new CampaignRun(home, SeedInCi).Singles.Select(EvidenceColumn.RowOf).OfType<EvidenceRow>()];
        Assert.Empty(EvidenceTable.Rows.Where(row => !others.Contains(row.Record)).Except(forged));
    }

    [Fact]
    public void Every_forgery_has_a_name_of_its_own()
    {
        CampaignRun run = new(home, SeedInCi);
        Assert.Equal(run.Singles.Count, run.Singles.Select(static one => one.Name).Distinct().Count());
    }

    [Fact]
    public void What_is_forged_is_noticed_or_harmless_or_named()
    {
        int seed = Number("LEDGERSTORE_TAMPER_SEED", SeedInCi);
        CampaignRun run = new(home, seed);
        List<Forgery> forgeries = Environment.GetEnvironmentVariable("LEDGERSTORE_TAMPER_ONLY") is { } only
            ? [run.Find(only)]
            : PartOf(run.Choose(Number("LEDGERSTORE_TAMPER_COUNT", CountInCi)));
        List<(Forgery Forgery, Verdict Verdict)> done = run.Do(forgeries);
        output.WriteLine($"seed {seed}: {done.Count:N0} forgeries, "
            + $"{done.Count(static one => one.Verdict.IsHarmless):N0} harmless, "
            + $"{done.Count(static one => one.Verdict.HasStartRefused):N0} noticed by a start, "
            + $"{done.Count(static one => one.Verdict.IsVerifiable):N0} by verify, "
            + $"{done.Count(static one => one.Verdict.IsHole):N0} named");
        string[] holes =
        [
            .. done.Where(static one => one.Verdict.IsHole && KnownGap.Find(one.Forgery, one.Verdict) is null)
                .Select(static one => CampaignRun.Describe(one.Forgery, one.Verdict)),
        ];
        Assert.True(
            holes.Length == 0,
            $"seed {seed}: {holes.Length} of {done.Count} are not noticed. Repeat one with LEDGERSTORE_TAMPER_ONLY.\n"
            + string.Join("\n", holes.Take(20)));
        string[] cells = [.. EvidenceColumn.Broken(done)];
        Assert.True(cells.Length == 0, $"seed {seed}, {cells.Length} cells:\n{string.Join("\n", cells.Take(20))}");
        Compare(done, forgeries.Count);
    }

    /// <summary>A long campaign can be done in parts, or on several machines.</summary>
    private static List<Forgery> PartOf(List<Forgery> all)
    {
        if (Environment.GetEnvironmentVariable("LEDGERSTORE_TAMPER_PART")?.Split('/') is not [var part, var parts])
        {
            return all;
        }

        int number = int.Parse(part, CultureInfo.InvariantCulture) - 1;
        int count = int.Parse(parts, CultureInfo.InvariantCulture);
        return [.. all.Where((_, i) => i % count == number)];
    }

    private static void Compare(List<(Forgery Forgery, Verdict Verdict)> done, int wanted)
    {
        string path = Path.Combine(SourceTree.Root, "docs", "SECURITY.md");
        string document = File.ReadAllText(path);
        int begin = document.IndexOf(CampaignTable.Begin, StringComparison.Ordinal);
        int end = document.IndexOf(CampaignTable.End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, "docs/SECURITY.md has no place for the table of the campaign");
        if (Environment.GetEnvironmentVariable("LEDGERSTORE_TAMPER_WRITE") is "1")
        {
            File.WriteAllText(
                path, document[..begin] + CampaignTable.Write(done) + document[(end + CampaignTable.End.Length)..]);
            return;
        }

        string[] broken = [.. CampaignTable.Broken(document[begin..end], done)];
        Assert.True(broken.Length == 0, string.Join("\n", broken.Take(20)));
        Assert.True(wanted < CountInCi || done.Count >= wanted / 2, "most forgeries can be done");
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number)
            ? number
            : otherwise;
}
