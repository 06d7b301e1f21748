// Derived data is made anew from entries that something vouches for; entries are never touched.

using LedgerStore.Engine;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Engine.Tamper;

public sealed class RepairTests(TamperHome home) : IClassFixture<TamperHome>
{
    private const string Ledger = TamperHome.Ledger;

    [Theory]
    [InlineData("a tile is overwritten")]
    [InlineData("a root in state.log is changed")]
    [InlineData("state.log says another length of a segment")]
    [InlineData("state.log says other times of a segment")]
    public void What_can_be_made_again_is(string attack)
    {
        TamperedStore store = home.Copy();
        Attacks.All.Single(a => a.Name == attack).Do(store);
        RepairReport report = Repair(store);
        Assert.Empty(report.Left);
        Assert.NotEmpty(report.Repaired);
        Notice noticed = Detectors.Run(store, out string evidence);
        Assert.True(noticed == Notice.None, evidence);
    }

    [Fact]
    public void A_damaged_directory_is_made_anew()
    {
        TamperedStore store = home.Copy();
        TamperedStore.Change(store.SegmentFile(Ledger, 1), bytes => bytes[^500] ^= 1);
        Assert.Empty(Repair(store).Left);
        Notice noticed = Detectors.Run(store, out string evidence);
        Assert.True(noticed == Notice.None, evidence);
    }

    [Theory]
    [InlineData("an entry is changed in its file")]
    [InlineData("an entry is changed")]
    [InlineData("an entry is changed, and its tile")]
    [InlineData("an entry is changed, and all hashes of its segment")]
    [InlineData("an entry is changed, and all hashes of the store")]
    public void Entries_are_left_as_they_are(string attack)
    {
        TamperedStore store = home.Copy();
        Attacks.All.Single(a => a.Name == attack).Do(store);
        byte[] before = File.ReadAllBytes(store.SegmentFile(Ledger, 0));
        RepairReport report = Repair(store);
        Assert.NotEmpty(report.Left);
        Assert.Empty(report.Repaired);
        Assert.Equal(before, File.ReadAllBytes(store.SegmentFile(Ledger, 0)));
    }

    [Fact]
    public void A_stray_file_of_the_largest_generation_is_not_in_the_way()
    {
        TamperedStore store = home.Copy();
        string file = store.SegmentFile(Ledger, 1);
        TamperedStore.Change(file, bytes => bytes[^500] ^= 1);
        string stray = Path.Combine(Path.GetDirectoryName(file)!, $"000000000001.{uint.MaxValue}.seg");
        File.WriteAllText(stray, "stray");
        Assert.Single(Repair(store).Repaired);
        File.Delete(stray);
        Notice noticed = Detectors.Run(store, out string evidence);
        Assert.True(noticed == Notice.None, evidence);
    }

    [Fact]
    public void Nothing_is_written_where_a_link_leads()
    {
        TamperedStore store = home.Copy();
        TamperedStore.Change(store.SegmentFile(Ledger, 1), bytes => bytes[^500] ^= 1);
        string segments = Path.GetDirectoryName(store.SegmentFile(Ledger, 1))!;
        Directory.Move(segments, store.Data + ".away");
        Directory.CreateSymbolicLink(segments, store.Data + ".away");
        string[] before = Directory.GetFiles(store.Data + ".away");
        RepairReport report = Repair(store);
        Assert.Empty(report.Repaired);
        Assert.Contains(report.Left, static left =>
            left.Evidence.Contains("a symbolic link in this path", StringComparison.Ordinal));
        Assert.Equal(before.Order(), Directory.GetFiles(store.Data + ".away").Order());
    }

    [Fact]
    public void A_running_store_is_refused()
    {
        TamperedStore store = home.Copy();
        using Store running = home.Open(store.Data, TimeSpan.FromHours(1));
        Assert.Equal(StoreReason.InUse, Assert.Throws<StoreException>(() => Repair(store)).Reason);
    }

    private static RepairReport Repair(TamperedStore store) => StoreRepair.RepairDerived(
        new VerifyOptions { DataDirectory = store.Data, FindKeys = DerivedKeys.Of(store.Home.Key) });
}
