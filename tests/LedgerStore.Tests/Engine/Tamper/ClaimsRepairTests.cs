// What somebody wrote into the files is taken out again, by what `_audit` says: only where that is signed, and the old
// catalog is kept.

using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Engine.Tamper;

public sealed class ClaimsRepairTests(TamperHome home) : IClassFixture<TamperHome>
{
    private const string Ledger = TamperHome.Ledger;
    private const string Other = TamperHome.Other;
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task The_files_say_again_what_audit_says()
    {
        TamperedStore store = home.Copy();
        string hold = await DecideAsync(store);
        Forge(store);
        byte[] forged = await File.ReadAllBytesAsync(store.Paths.Catalog);
        Assert.True(Verify(store).FindingCount >= 4, "each of them is a finding");
        RepairReport report = StoreRepair.RepairClaims(Options(store));
        Assert.True(report.Left.Count == 0, string.Join('\n', report.Left));
        Assert.True(report.Repaired.Count >= 4, string.Join('\n', report.Repaired));
        Assert.Equal(forged, await File.ReadAllBytesAsync(Path.Combine(store.Paths.QuarantineDirectory, "catalog")));

        // A start believes it, and finds nothing to tell.
        List<DamageReport> told = [];
        using (Store open = home.Open(store.Data, s_often, onDamage: told.Add))
        {
            Ledger payments = open.GetLedger(Ledger);
            TamperHome.Append(payments, 1, "goes on");
            Assert.Equal(TimeSpan.FromDays(10), payments.Retention.Floor);
            Assert.Contains(payments.Holds, one => one.Id == hold);
            Assert.Equal(
                StoreReason.LedgerFrozen,
                Assert.Throws<StoreException>(() => TamperHome.Append(open.GetLedger(Other), 1, "no more")).Reason);
            Assert.Equal(3, open.GetLedger("lost").Size);
            Assert.Empty((await open.ScrubAsync()).Findings);
        }

        Assert.Empty(told);
        VerifyReport after = Verify(store);
        Assert.True(after.IsVerified && after.IsRecorded, string.Join('\n', after.Findings));
    }

    [Fact]
    public void Where_nothing_is_wrong_nothing_is_written()
    {
        TamperedStore store = home.Copy();
        RepairReport report = StoreRepair.RepairClaims(Options(store));
        Assert.Empty(report.Repaired);
        Assert.Empty(report.Left);
        Assert.Empty(Directory.GetFiles(store.Paths.QuarantineDirectory));
    }

    [Fact]
    public void A_ledger_that_nobody_created_is_left()
    {
        TamperedStore store = home.Copy();
        CreatedRecord ghost = new(77, 1, false, "ghost", "ledger.example.org/ghost");
        store.RewriteCatalog((type, body) => (CatalogRecordType)type == CatalogRecordType.Facts
            ? [(type, body), ((ushort)CatalogRecordType.Created, ghost.Encode())]
            : [(type, body)]);
        RepairReport report = StoreRepair.RepairClaims(Options(store));
        Assert.Equal("ghost", Assert.Single(report.Left).Ledger);
        Assert.Empty(report.Repaired);
    }

    [Theory]
    [InlineData(true, "no key of _audit is trusted")]
    [InlineData(false, "not as it was signed")]
    public void Without_a_signed_audit_nothing_is_changed(bool withoutKey, string why)
    {
        TamperedStore store = home.Copy();
        Forge(store);
        if (!withoutKey)
        {
            store.ChangeEntry(LedgerName.Audit, 5, Rebuild.StateLog);
        }

        byte[] before = File.ReadAllBytes(store.Paths.Catalog);
        VerifyOptions options = withoutKey ? new VerifyOptions { DataDirectory = store.Data } : Options(store);
        StoreException refused = Assert.Throws<StoreException>(() => StoreRepair.RepairClaims(options));
        Assert.Equal(StoreReason.NotConfirmed, refused.Reason);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(store.Paths.Catalog));
        Assert.Empty(Directory.GetFiles(store.Paths.QuarantineDirectory));
    }

    /// <summary>A hold, a floor, an end, and a ledger; and one change behind them, because the last one may be undone
    /// by a crash.</summary>
    private async Task<string> DecideAsync(TamperedStore store)
    {
        using Store open = home.Open(store.Data, s_often);
        Ledger payments = open.GetLedger(Ledger);
        string hold = payments.PlaceHold(0, 500, "case 17", "anna").Id;
        payments.SetRetention(new RetentionPolicy { Floor = TimeSpan.FromDays(10) });
        open.FreezeLedger(Other, "over");
        TamperHome.Append(open.CreateLedger("lost"), 3, "kept");
        TamperHome.Append(open.CreateLedger("last"), 1, "last");
        foreach (string name in open.LedgerNames)
        {
            Ledger ledger = open.GetLedger(name);
            await ledger.WaitForCheckpointAsync(ledger.Size, CancellationToken.None);
        }

        return hold;
    }

    /// <summary>The ledger is frozen, the other one is not, the policy is none, a ledger is lost, and no hold is left.
    /// </summary>
    private static void Forge(TamperedStore store)
    {
        uint id = store.Find(Ledger).Ledger.Id;
        FrozenRecord frozen = new(id, 1, "forged");
        store.RewriteCatalog((type, body) => (CatalogRecordType)type switch
        {
            CatalogRecordType.Created when CreatedRecord.Decode(body).Name == "lost" => [],
            CatalogRecordType.Created when CreatedRecord.Decode(body).LedgerId == id =>
                [(type, body), ((ushort)CatalogRecordType.Frozen, frozen.Encode())],
            CatalogRecordType.Said or CatalogRecordType.Frozen or CatalogRecordType.Retention => [],
            _ => [(type, body)],
        });
        store.RewriteState(id, (type, body) => (StateRecordType)type == StateRecordType.Hold ? [] : [(type, body)]);
    }

    private VerifyOptions Options(TamperedStore store) =>
        new() { DataDirectory = store.Data, FindKeys = DerivedKeys.Of(home.Key) };

    private VerifyReport Verify(TamperedStore store) => StoreVerifier.Verify(Options(store));
}
