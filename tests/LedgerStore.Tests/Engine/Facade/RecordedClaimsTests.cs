// Claims of the catalog and of state.log that somebody edited while the store was stopped, all checksums right: a start
// follows what _audit says, whatever the files do, says so, and the scrubber finds each.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Engine.Verification;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

public sealed class RecordedClaimsTests : IDisposable
{
    private static readonly LinuxFileSystem s_files = new();
    private static readonly TimeSpan s_floor = TimeSpan.FromDays(400);

    private readonly VerifyStore _store = new();
    private readonly CatalogLedger _salted;
    private readonly CatalogLedger _frozen;
    private readonly string _hold;

    public RecordedClaimsTests()
    {
        using (Store store = _store.Open())
        {
            Ledger salted = store.CreateLedger("salted", new LedgerOptions { IsSalted = true });
            salted.SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.FromDays(9) });
            salted.SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.FromDays(1), Floor = s_floor });
            _hold = salted.PlaceHold(0, 10, "case 1", "bert").Id;
            store.CreateLedger("frozen");
            store.FreezeLedger("frozen", "over");
            store.CreateLedger("plain");
        }

        (_salted, _frozen) = (_store.Find("salted").Ledger, _store.Find("frozen").Ledger);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task What_the_store_wrote_itself_is_followed_and_nothing_is_said()
    {
        using Store store = _store.Open();
        Assert.Empty(store.GetLedger("salted").Describe().Unconfirmed);
        Assert.Empty((await store.ScrubAsync()).Findings);
        Assert.Empty(store.Unconfirmed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_forged_freeze_is_not_followed(bool namesAnEntry)
    {
        // The entry that it names is one that froze another ledger.
        Edit("plain", one => one with
        {
            Frozen = _frozen.Frozen! with { LedgerId = one.Id },
            FrozenSaid = namesAnEntry ? _frozen.FrozenSaid : AuditEvent.Unsaid,
        });
        await CheckFollowedAsync("plain", "frozen; in _audit no entry says so", async ledger =>
        {
            Assert.False(ledger.Describe().IsFrozen);
            await VerifyStore.AppendAsync(ledger, 3);
        });
    }

    [Fact]
    public async Task A_ledger_that_was_thawed_in_the_file_is_frozen_when_that_was_found()
    {
        Edit("frozen", static one => one with { Frozen = null, FrozenSaid = AuditEvent.Unsaid });
        using Store store = _store.Open();
        Ledger ledger = store.GetLedger("frozen");
        Assert.Contains("not frozen", Assert.Single((await store.ScrubAsync()).Findings).Evidence,
            StringComparison.Ordinal);
        StoreException refused =
            await Assert.ThrowsAsync<StoreException>(() => VerifyStore.AppendAsync(ledger, 1));
        Assert.Equal(StoreReason.LedgerFrozen, refused.Reason);
    }

    [Fact]
    public async Task A_forged_creation_is_not_followed()
    {
        Edit("salted", static one => one with
        {
            Created = one.Created with { IsSalted = false, CreatedMicros = 5 },
        });
        await CheckFollowedAsync("salted", "not salted, created at 5", ledger =>
        {
            Assert.True(ledger.Describe().IsSalted);
            Assert.Equal(_salted.Created.CreatedMicros, (long)(ledger.Describe().Created - DateTimeOffset.UnixEpoch)
                .TotalMicroseconds);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_forged_origin_is_not_followed()
    {
        Edit("plain", static one => one with { Created = one.Created with { Origin = "ledger.example.org/salted" } });
        await CheckFollowedAsync("plain", "origin 'ledger.example.org/salted'", static ledger =>
        {
            Assert.Equal("ledger.example.org/plain", ledger.Describe().Origin);
            return Task.CompletedTask;
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_forged_policy_is_not_followed(bool namesAnEntry)
    {
        byte[] policy = new RetentionPolicy { ExpireAfter = TimeSpan.Zero }.Encode();
        Edit("salted", one => one with
        {
            Retention = new RetentionRecord(one.Id, policy),
            RetentionSaid = namesAnEntry ? _salted.RetentionSaid : AuditEvent.Unsaid,
        });
        await CheckFollowedAsync("salted", "the catalog says the policy", ledger =>
        {
            Assert.Equal((TimeSpan.FromDays(1), s_floor), (ledger.Retention.WarmAfter, ledger.Retention.Floor));
            Assert.Throws<StoreException>(() => ledger.SetRetention(RetentionPolicy.KeepAll));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task An_older_policy_of_the_ledger_is_found()
    {
        byte[] policy = new RetentionPolicy { WarmAfter = TimeSpan.FromDays(9) }.Encode();
        Edit("salted", one => one with
        {
            Retention = new RetentionRecord(one.Id, policy),
            RetentionSaid = one.RetentionSaid - 1,
        });
        using Store store = _store.Open();
        Ledger ledger = store.GetLedger("salted");
        Assert.Contains("the catalog says the policy", Assert.Single((await store.ScrubAsync()).Findings).Evidence,
            StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromDays(1), ledger.Retention.WarmAfter);
    }

    [Fact]
    public async Task A_hold_that_was_taken_out_or_put_in_is_found()
    {
        (CatalogLedger entry, UInt128 storeId) = _store.Find("salted");
        LedgerStateLog log = LedgerStateLog.Open(
            s_files, _store.Paths, storeId, entry.Id, FileAccessMode.ReadWrite, out LedgerState state);
        log.Stage(state.Holds[0] with { ReleasedMicros = 7 });
        log.Stage(new HoldRecord("forged", 1, 1, 1, 0, "eve", "because"));
        log.CommitNow();
        using Store store = _store.Open();
        Ledger ledger = store.GetLedger("salted");
        Assert.Equal(2, (await store.ScrubAsync("salted")).Findings.Count);
        Assert.Equal(2, ledger.Describe().Unconfirmed.Count);

        // One that only the file has keeps as well as any; one that only _audit has can be ended.
        Assert.Equal(["forged"], ledger.Holds.Select(static hold => hold.Id));
        Assert.Equal("case 1", ledger.FindHold(_hold)!.Reason);
        ledger.ReleaseHold(_hold, "anna", "closed");
        ledger.ReleaseHold("forged", "anna", "nobody placed it");
        Assert.Null(ledger.FindHold(_hold));
        Assert.Empty((await store.ScrubAsync()).Findings);
        Assert.Empty(ledger.Describe().Unconfirmed);
    }

    [Fact]
    public async Task A_ledger_that_nobody_created_takes_nothing()
    {
        _store.RewriteCatalog(one => one.Name != "plain"
            ? [one]
            : [one, new CatalogLedger(new CreatedRecord(9, 5, false, "ghost", "ledger.example.org/ghost"), null, null)
            {
                CreatedSaid = one.CreatedSaid,
            }]);
        using Store store = _store.Open();
        Ledger ghost = store.GetLedger("ghost");
        StoreException refused = await Assert.ThrowsAsync<StoreException>(() => VerifyStore.AppendAsync(ghost, 1));
        Assert.Equal(StoreReason.NotConfirmed, refused.Reason);
        Assert.Contains("no entry of _audit says that it was created", refused.Message, StringComparison.Ordinal);
        Assert.Equal("ghost", Assert.Single((await store.ScrubAsync()).Findings).Ledger);
        await VerifyStore.AppendAsync(store.GetLedger("plain"), 1);
    }

    [Fact]
    public async Task A_ledger_that_was_taken_out_or_renamed_is_found()
    {
        // The newest of the catalog goes on being made by the next start; this one is not.
        _store.RewriteCatalog(static one => one.Name switch
        {
            "salted" => [],
            "frozen" => [one with { Created = one.Created with { Name = "thawed" }, Frozen = null }],
            _ => [one],
        });
        using Store store = _store.Open();
        IReadOnlyList<VerifyFinding> found = (await store.ScrubAsync()).Findings;
        Assert.Equal(
            ["frozen", "salted", "thawed"],
            found.Select(static one => one.Ledger!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(2, store.Unconfirmed.Count);
        Ledger renamed = store.GetLedger("thawed");
        await Assert.ThrowsAsync<StoreException>(() => VerifyStore.AppendAsync(renamed, 1));
    }

    [Fact]
    public async Task A_file_that_is_edited_while_the_store_runs_is_found()
    {
        using Store store = _store.Open();
        Assert.Empty((await store.ScrubAsync()).Findings);
        StoreFile facts = StoreFile.Decode(File.ReadAllBytes(_store.Paths.StoreFile));
        File.WriteAllBytes(_store.Paths.StoreFile, (facts with { PublicName = "other.example.org" }).Encode());
        Assert.Contains("store.json says otherwise", Assert.Single((await store.ScrubAsync()).Findings).Evidence,
            StringComparison.Ordinal);
        Assert.Single(store.Unconfirmed);
        Assert.Empty((await store.ScrubAsync("plain")).Findings);
        File.WriteAllBytes(_store.Paths.StoreFile, facts.Encode());
        Assert.Empty((await store.ScrubAsync()).Findings);
        Assert.Empty(store.Unconfirmed);
    }

    [Fact]
    public void A_store_that_is_only_read_follows_no_forged_claim_either()
    {
        Edit("plain", static one => one with { Frozen = new FrozenRecord(one.Id, 5, "why not") });
        using Store store = Store.Open(new StoreOptions { Directory = _store.Data, ReadOnly = true });
        Assert.False(store.GetLedger("plain").Describe().IsFrozen);
        Assert.Single(store.GetLedger("plain").Describe().Unconfirmed);
    }

    [Fact]
    public async Task A_catalog_that_does_not_say_where_audit_begins_is_compared_all_the_same()
    {
        _store.RewriteCatalog(
            static one => one.Name != "plain"
                ? [one]
                : [one with { Frozen = new FrozenRecord(one.Id, 5, "why not") }],
            keepsFacts: false);
        await CheckFollowedAsync("plain", "frozen; in _audit no entry says so", static ledger =>
            VerifyStore.AppendAsync(ledger, 3));
    }

    /// <summary>Opens the store twice, before and behind a clean close, and looks.</summary>
    private async Task CheckFollowedAsync(string ledger, string evidence, Func<Ledger, Task> check)
    {
        for (int opening = 0; opening < 2; opening++)
        {
            using Store store = _store.Open();
            Ledger opened = store.GetLedger(ledger);
            Assert.Contains(
                evidence, Assert.Single(opened.Describe().Unconfirmed), StringComparison.Ordinal);
            await check(opened);
            Assert.Contains(
                evidence, Assert.Single((await store.ScrubAsync()).Findings).Evidence, StringComparison.Ordinal);
        }
    }

    private void Edit(string name, Func<CatalogLedger, CatalogLedger> edit) =>
        _store.RewriteCatalog(one => one.Name == name ? [edit(one)] : [one]);
}
