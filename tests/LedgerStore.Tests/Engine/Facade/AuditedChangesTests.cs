// What the engine says in _audit before a claim counts, with a server around it or without one.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Engine.Verification;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

public sealed class AuditedChangesTests : IDisposable
{
    private readonly VerifyStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Every_claim_is_said_in_audit_with_who_made_it()
    {
        using Store store = _store.Open();
        Ledger ledger = store.CreateLedger("a", new LedgerOptions { IsSalted = true, CreatedBy = "anna" });
        ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromDays(30) }, "bert", "a rule");
        LegalHold hold = ledger.PlaceHold(10, 5, "case 1", "carl");
        ledger.ReleaseHold(hold.Id, "dora", "closed");
        store.FreezeLedger("a", "over", "emil");
        List<AuditEvent> said = EventsOf(store);
        StoreFile facts = StoreFileOf();
        Assert.True(Assert.IsType<AuditStoreFacts>(said[0]).Agrees(facts));
        AuditLedgerChange created = Assert.IsType<AuditLedgerChange>(said[2]);
        CatalogLedger entry = _store.Find("a").Ledger;
        Assert.Equal(
            ("anna", "a", 1u, "ledger.example.org/a", true, entry.Created.CreatedMicros),
            (created.Identity, created.Ledger, created.LedgerId, created.Origin, created.IsSalted, created.Micros));
        AuditRetentionChange retention = Assert.IsType<AuditRetentionChange>(said[3]);
        Assert.Equal(("bert", "a rule"), (retention.Identity, retention.Reason));
        Assert.Equal(entry.Retention!.Policy, retention.Policy.ToArray());
        Assert.Equal("carl", Assert.IsType<AuditHoldChange>(said[4]).Identity);
        AuditHoldChange released = Assert.IsType<AuditHoldChange>(said[5]);
        Assert.Equal(("dora", true, hold.Id), (released.Identity, released.IsReleased, released.Id));
        AuditLedgerChange frozen = Assert.IsType<AuditLedgerChange>(said[6]);
        Assert.Equal(("emil", "frozen", entry.Frozen!.FrozenMicros), (frozen.Identity, frozen.Change, frozen.Micros));
        Assert.Equal((2L, 3L, 6L), (entry.CreatedSaid, entry.RetentionSaid, entry.FrozenSaid));
    }

    [Fact]
    public void A_change_that_is_refused_is_said_nowhere()
    {
        using Store store = _store.Open();
        Ledger ledger = store.CreateLedger("a");
        int before = EventsOf(store).Count;
        Assert.Throws<StoreException>(() => store.CreateLedger("a"));
        Assert.Throws<StoreException>(() => store.CreateLedger("NO"));
        Assert.Throws<StoreException>(() => store.FreezeLedger("a", new string('x', 5_000)));
        Assert.Throws<StoreException>(() => store.FreezeLedger("_audit", "why"));
        Assert.Throws<StoreException>(() => ledger.PlaceHold(-1, 1, "r", "p"));
        Assert.Throws<StoreException>(() => ledger.ReleaseHold("none"));
        Assert.Throws<StoreException>(() => ledger.SetRetention(new RetentionPolicy { FillAfter = TimeSpan.Zero }));
        Assert.Equal(before, EventsOf(store).Count);
    }

    [Fact]
    public async Task A_store_that_was_made_before_is_taken_over_once()
    {
        string golden = Path.Combine(
            SourceTree.Root, "tests/LedgerStore.Tests/Engine/Golden/v1/closed");
        _store.Data = Path.Combine(_store.Data + "-golden");
        await CopyAsync(golden, _store.Data);
        for (int opening = 0; opening < 2; opening++)
        {
            using Store store = _store.Open();
            List<AuditEvent> said = EventsOf(store);
            Assert.Equal(4, said.Count);
            Assert.Equal(
                ["_audit", "plain", "salted"],
                said.OfType<AuditLedgerChange>().Where(one => one.Change == "adopted").Select(one => one.Ledger));
            Assert.Equal([false, false, true], said.OfType<AuditLedgerChange>().Select(one => one.IsSalted));
            AuditStoreFacts facts = Assert.IsType<AuditStoreFacts>(said[^1]);
            Assert.True(facts.IsAdopted && facts.Agrees(StoreFileOf()));
        }
    }

    [Fact]
    public void A_public_name_that_was_changed_in_the_file_is_refused()
    {
        using (Store store = _store.Open())
        {
            store.CreateLedger("a");
        }

        StoreFile facts = StoreFileOf();
        File.WriteAllBytes(_store.Paths.StoreFile, (facts with { PublicName = "other.example.org" }).Encode());
        StoreException refused = Assert.Throws<StoreException>(() => _store.Open().Dispose());
        Assert.Equal(StoreReason.Corruption, refused.Reason);
        Assert.Contains("store.json was changed", refused.Message, StringComparison.Ordinal);

        // A restore has another incarnation, and everybody sees it.
        File.WriteAllBytes(_store.Paths.StoreFile, (facts with { Incarnation = 7 }).Encode());
        using Store restored = _store.Open();
        Assert.Equal(new string('0', 31) + "7", Assert.IsType<AuditStoreFacts>(EventsOf(restored)[^1]).Incarnation);
    }

    private StoreFile StoreFileOf() => StoreFile.Decode(File.ReadAllBytes(_store.Paths.StoreFile));

    private static List<AuditEvent> EventsOf(Store store)
    {
        List<AuditEvent> events = [];
        Ledger audit = store.GetLedger("_audit");
        IAsyncEnumerator<EntrySlice> slices = audit.ReadAsync(0, long.MaxValue).GetAsyncEnumerator();
        while (slices.MoveNextAsync().AsTask().GetAwaiter().GetResult())
        {
            for (int i = 0; i < slices.Current.Count; i++)
            {
                events.Add(AuditEvent.TryRead(
                    slices.Current.FirstIndex + i, AuditEvent.ContentType, slices.Current.Record(i))!);
            }
        }

        return events;
    }

    private static Task CopyAsync(string from, string to) => Task.Run(() =>
    {
        foreach (string directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Append(from))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        }

        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    });
}
