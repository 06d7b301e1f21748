// Claims of catalog, store.json and state.log that were edited with right checksums, against what _audit says: each is
// a finding of a verification. The store signs nothing here; what is compared is compared all the same.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using Xunit;

namespace LedgerStore.Tests.Engine.Verification;

public sealed class ClaimsTests : IDisposable
{
    private static readonly LinuxFileSystem s_files = new();

    private readonly VerifyStore _store = new();
    private CatalogLedger? _original;

    public ClaimsTests()
    {
        using Store store = _store.Open();
        Ledger first = store.CreateLedger("a", new LedgerOptions { IsSalted = true, CreatedBy = "anna" });
        first.SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.FromDays(1) }, "anna", "a rule");
        first.PlaceHold(0, 10, "case 1", "bert");
        store.CreateLedger("b");
        store.FreezeLedger("b", "over", "anna");

        // Behind all of these: a change that was said last may be one that a crash left undone.
        store.CreateLedger("last");
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void What_the_store_wrote_itself_is_confirmed() => Assert.Empty(Unconfirmed());

    [Fact]
    public void An_edited_creation_is_found()
    {
        foreach (Func<CreatedRecord, CreatedRecord> edit in (Func<CreatedRecord, CreatedRecord>[])
        [
            static one => one with { IsSalted = false },
            static one => one with { CreatedMicros = 1 },
            static one => one with { Origin = "other.example.org/a" },
        ])
        {
            Rewrite(catalog => catalog with { Created = edit(catalog.Created) }, "a");
            Assert.Contains("says id 1", Assert.Single(Unconfirmed()).Evidence, StringComparison.Ordinal);
            Rewrite(catalog => catalog with { Created = _original!.Created }, "a");
            Assert.Empty(Unconfirmed());
        }
    }

    [Fact]
    public void A_ledger_that_was_thawed_frozen_or_renamed_is_found()
    {
        Rewrite(static one => one with { Frozen = null, FrozenSaid = AuditEvent.Unsaid }, "b");
        Assert.Contains("not frozen", Assert.Single(Unconfirmed()).Evidence, StringComparison.Ordinal);
        Rewrite(one => one with { Frozen = _original!.Frozen }, "b");
        Rewrite(static one => one with { Frozen = new FrozenRecord(one.Id, 5, "why not") }, "a");
        Assert.Contains("no entry says so", Assert.Single(Unconfirmed()).Evidence, StringComparison.Ordinal);
        Rewrite(static one => one with { Frozen = null, FrozenSaid = AuditEvent.Unsaid }, "a");
        Rewrite(static one => one with { Created = one.Created with { Name = "c" } }, "b");
        Assert.Equal(2, Unconfirmed().Count(one => one.Evidence.Contains("created", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_policy_that_was_edited_is_found()
    {
        byte[] policy = new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) }.Encode();
        Rewrite(one => one with { Retention = new RetentionRecord(one.Id, policy) }, "a");
        Assert.Contains("the catalog says the policy", Assert.Single(Unconfirmed()).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hold_that_was_taken_out_or_put_in_is_found()
    {
        (CatalogLedger entry, UInt128 storeId) = _store.Find("a");
        LedgerStateLog log = LedgerStateLog.Open(
            s_files, _store.Paths, storeId, entry.Id, FileAccessMode.ReadWrite, out LedgerState state);
        log.Stage(state.Holds[0] with { ReleasedMicros = 7 });
        log.Stage(new HoldRecord("forged", 1, 1, 1, 0, "eve", "because"));
        log.CommitNow();
        IReadOnlyList<VerifyFinding> found = Unconfirmed();
        Assert.Equal(2, found.Count);
        Assert.Contains("state.log lacks it", found[0].Evidence, StringComparison.Ordinal);
        Assert.Contains("the hold forged", found[1].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hold_with_another_reason_person_or_time_is_found()
    {
        (CatalogLedger entry, UInt128 storeId) = _store.Find("a");
        LedgerStateLog log = LedgerStateLog.Open(
            s_files, _store.Paths, storeId, entry.Id, FileAccessMode.ReadWrite, out LedgerState state);
        HoldRecord hold = state.Holds[0];
        foreach (HoldRecord edited in (HoldRecord[])
        [
            hold with { Reason = "case 2" }, hold with { PlacedBy = "eve" }, hold with { PlacedMicros = 5 },
            hold with { Count = 9 },
        ])
        {
            log.Stage(edited);
            log.CommitNow();
            Assert.Contains("of _audit says the hold", Assert.Single(Unconfirmed()).Evidence, StringComparison.Ordinal);
        }

        log.Stage(hold);
        log.CommitNow();
        Assert.Empty(Unconfirmed());
    }

    /// <summary>What was said last and is not made is excused, and nothing else that is said of the same.</summary>
    [Fact]
    public void A_change_that_was_said_last_may_be_undone_and_not_otherwise()
    {
        using (Store store = _store.Open())
        {
            store.FreezeLedger("last", "closed", "anna");
        }

        Rewrite(static one => one with { Frozen = null, FrozenSaid = AuditEvent.Unsaid }, "last");
        Assert.Empty(Unconfirmed());
        Assert.Contains("a crash may have left them so", Assert.Single(_store.Verify().UnmadeChanges),
            StringComparison.Ordinal);
        Rewrite(one => one with { Frozen = new FrozenRecord(one.Id, 5, "closed") }, "last");
        Assert.Contains("was frozen at 5", Assert.Single(Unconfirmed()).Evidence, StringComparison.Ordinal);
        using (Store store = _store.Open())
        {
            store.GetLedger("a").SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.FromDays(2) }, "anna", "more");
        }

        RetentionRecord Policy(CatalogLedger one, int days) => new(
            one.Id, new RetentionPolicy { WarmAfter = TimeSpan.FromDays(days) }.Encode());
        Rewrite(static one => one with { Frozen = null, FrozenSaid = AuditEvent.Unsaid }, "last");
        Assert.Single(Unconfirmed());
        using (Store store = _store.Open())
        {
            store.GetLedger("a").SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.FromDays(3) }, "anna", "more");
        }

        Assert.Single(Unconfirmed());
        Rewrite(one => one with { Retention = Policy(one, 2) }, "a");
        Assert.Single(Unconfirmed());
        Rewrite(one => one with { Retention = Policy(one, 1) }, "a");
        Assert.Equal(2, Unconfirmed().Count);
    }

    [Fact]
    public void A_release_that_was_said_last_is_no_excuse_for_another_hold()
    {
        string id;
        using (Store store = _store.Open())
        {
            id = store.GetLedger("a").PlaceHold(3, 4, "case 9", "bert").Id;
            store.GetLedger("a").ReleaseHold(id, "anna", "closed");
        }

        (CatalogLedger entry, UInt128 storeId) = _store.Find("a");
        LedgerStateLog log = LedgerStateLog.Open(
            s_files, _store.Paths, storeId, entry.Id, FileAccessMode.ReadWrite, out LedgerState _);
        log.Stage(new HoldRecord(id, 3, 4, 1, 0, "eve", "case 9"));
        log.CommitNow();
        Assert.Contains($"the hold {id}", Assert.Single(Unconfirmed()).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_name_or_an_incarnation_that_was_edited_is_found()
    {
        StoreFile facts = StoreFile.Decode(File.ReadAllBytes(_store.Paths.StoreFile));
        foreach (StoreFile edited in (StoreFile[])
        [
            facts with { PublicName = "x.example.org" }, facts with { Incarnation = 3 },
            facts with { CreatedMicros = 3 },
        ])
        {
            File.WriteAllBytes(_store.Paths.StoreFile, edited.Encode());
            VerifyFinding found = Assert.Single(Unconfirmed());
            Assert.Contains("store.json says otherwise", found.Evidence, StringComparison.Ordinal);
        }
    }

    private IReadOnlyList<VerifyFinding> Unconfirmed()
    {
        VerifyReport report = _store.Verify();
        Assert.All(report.Findings, one => Assert.Equal(VerifyFindingKind.ClaimNotConfirmed, one.Kind));
        return report.Findings;
    }

    private void Rewrite(Func<CatalogLedger, CatalogLedger> edit, string name)
    {
        _original ??= _store.Find(name).Ledger;
        _store.RewriteCatalog(one => one.Name == name ? [edit(one)] : [one]);
    }
}
