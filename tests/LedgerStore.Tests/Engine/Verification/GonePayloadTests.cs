// Entries whose payload is not in the data directory: expired ones need a tombstone in a sound `_audit`, cold ones are
// fetched, or said not to be checked. Whatever else is missing was taken away.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Tamper;
using LedgerStore.Tests.Engine.Tiering;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Verification;

public sealed class GonePayloadTests : IDisposable
{
    private const string Ledger = "payments";
    private const int Size = 70_000;
    private const int Bundle = 256;

    private readonly VerifyStore _store = new();
    private readonly MemoryColdStore _cold = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Expired_entries_are_reported_with_their_tombstone()
    {
        await Fill();
        long tombstone = await Say(0, 10);
        Expire(0..10, tombstone);
        VerifyReport report = _store.Verify();
        Assert.Empty(report.Findings);
        LedgerReport payments = report.Ledgers[1];
        Assert.Equal((Size, Size - (10L * Bundle), 10L * Bundle), ((int)payments.Entries, payments.HashedEntries,
            payments.ExpiredEntries));
        ExpiryReport range = Assert.Single(payments.Expired);
        Assert.Equal((0L, 10L * Bundle, tombstone, "age"),
            (range.FirstIndex, range.Count, range.Tombstone, range.Reason));
        Assert.Contains($"\"tombstone\": {tombstone}", System.Text.Encoding.UTF8.GetString(report.ToJson()),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_tombstones_may_cover_what_is_one_range()
    {
        await Fill();
        long first = await Say(0, 4);
        long second = await Say(4, 3);
        Expire(0..4, first);
        Expire(4..7, second);
        VerifyReport report = _store.Verify();
        Assert.Empty(report.Findings);
        Assert.Equal([first, second], report.Ledgers[1].Expired.Select(range => range.Tombstone));
    }

    [Fact]
    public async Task A_tombstone_speaks_for_its_range_only()
    {
        await Fill();
        Expire(0..10, await Say(0, 8));
        VerifyFinding finding = Assert.Single(_store.Verify().Findings);
        Assert.Equal((VerifyFindingKind.EntriesUnreadable, 8L * Bundle, 2L * Bundle),
            (finding.Kind, finding.FirstIndex, finding.Count));
        Assert.Contains("is their tombstone, and it is not", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tombstone_of_another_ledger_or_of_other_entries_is_none()
    {
        await Fill();
        long other = await Say(0, 4, ledger: "logins");
        long wrong = await Say(4, 4, root: Hash256.FromHex(new string('7', 64)));
        Expire(0..8, other);
        IReadOnlyList<VerifyFinding> findings = _store.Verify().Findings;
        Assert.Equal([0L, 4L * Bundle], findings.Select(finding => finding.FirstIndex));
        Assert.Contains("is their tombstone, and it is not", findings[0].Evidence, StringComparison.Ordinal);
        Assert.Contains($"entry {wrong} of _audit says so, but it is about", findings[1].Evidence,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tombstone_that_nobody_signed_proves_nothing_to_who_trusts_a_key()
    {
        await Fill();
        Expire(0..10, await Say(0, 10, sign: false));
        VerifyFinding finding = Assert.Single(_store.Verify().Findings);
        Assert.Contains("no trusted key or checkpoint vouches for _audit", finding.Evidence, StringComparison.Ordinal);

        // Who trusts nothing is told that nothing contradicts it.
        Assert.True(_store.Verify(options => options with { StoreKeys = [] }).IsVerified);
    }

    [Fact]
    public async Task Cold_entries_are_said_not_to_be_checked_unless_they_are_fetched()
    {
        await Fill();
        GoCold();
        VerifyReport unchecked_ = _store.Verify();
        Assert.Empty(unchecked_.Findings);
        Assert.Equal((65_536L, Size + 5 - 65_536L), (unchecked_.UncheckedEntries, unchecked_.Entries));
        ColdReport range = Assert.Single(unchecked_.Ledgers[1].Cold);
        Assert.Equal((0L, 65_536L, _cold.Files.Keys.Single(), false),
            (range.FirstIndex, range.Count, range.Location, range.IsChecked));

        VerifyReport fetched = _store.Verify(options => options with { ColdStore = _cold });
        Assert.Empty(fetched.Findings);
        Assert.Equal((0L, Size + 5L), (fetched.UncheckedEntries, fetched.Entries));
        Assert.True(fetched.Ledgers[1].Cold[0].IsChecked);
    }

    [Fact]
    public async Task A_cold_copy_that_is_lost_or_changed_is_a_finding_and_one_that_is_away_is_not_checked()
    {
        await Fill();
        GoCold();
        (string name, byte[] copy) = _cold.Files.Single();
        copy[100_000] ^= 1;
        VerifyFinding changed = Assert.Single(FindingsWithCold());
        Assert.Contains($"in the cold store, '{name}'", changed.Evidence, StringComparison.Ordinal);
        copy[100_000] ^= 1;
        Assert.Empty(FindingsWithCold());
        _cold.IsAway = true;
        VerifyReport away = _store.Verify(options => options with { ColdStore = _cold });
        Assert.Empty(away.Findings);
        Assert.Equal(65_536, away.UncheckedEntries);
        Assert.False(away.IsWhole);
        Assert.NotNull(Assert.Single(away.Ledgers[1].Cold).Away);
        _cold.IsAway = false;
        _cold.Files.Clear();
        Assert.Equal(65_536, Assert.Single(FindingsWithCold()).Count);
    }

    [Fact]
    public async Task The_scrubber_of_a_running_store_asks_for_the_tombstone_too()
    {
        await Fill();
        long tombstone = await Say(0, 10);
        Expire(0..20, tombstone);
        using Store store = _store.Open();
        ScrubReport report = await store.ScrubAsync();
        Assert.Equal(2, report.Findings.Count);
        Assert.All(report.Findings, found => Assert.Equal(VerifyFindingKind.ClaimNotConfirmed, found.Kind));
        Assert.Equal(10L * Bundle, report.Findings[0].FirstIndex);
        Assert.Contains("taken away", report.Findings[0].Evidence, StringComparison.Ordinal);
        Assert.Equal((0L, 20L * Bundle), (report.Findings[1].FirstIndex, report.Findings[1].Count));
    }

    [Fact]
    public void What_the_store_itself_moved_and_let_expire_verifies()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        VerifyOptions options = new() { DataDirectory = TierWorld.Directory, ColdDirectory = "/cold" };
        using (TierWorld world = TierWorld.Open(disk, TimeSpan.Zero))
        {
            world.Create();
            world.Append(Size);
            world.Close();
        }

        using (TierWorld world = TierWorld.Open(disk, TierWorld.Day))
        {
            world.Ledger.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) });
            world.Round();
            world.Close();
        }

        VerifyReport cold = StoreVerifier.Verify(options, disk);
        Assert.Empty(cold.Findings);
        Assert.Equal((0L, Size), (cold.UncheckedEntries, Audited(cold).Entries));
        Assert.Equal(65_536, Assert.Single(Audited(cold).Cold).Count);
        using (TierWorld world = TierWorld.Open(disk, TierWorld.Day * 2))
        {
            world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
            world.Expire();
            world.Close();
        }

        VerifyReport expired = StoreVerifier.Verify(options, disk);
        Assert.Empty(expired.Findings);
        Assert.Equal(Size / Bundle * Bundle, Audited(expired).ExpiredEntries);
        Assert.Equal(Size / Bundle * Bundle, Audited(expired).Expired.Sum(range => range.Count));
    }

    [Fact]
    public void A_tombstone_is_written_as_the_protocol_has_it_and_read_back()
    {
        Hash256 root = MerkleHash.Leaf("x"u8);
        byte[] written =
            new AuditTombstone(AuditEvent.Unsaid, Ledger, 512, 1024, root, "expire_after=1.00:00:00", "age").Encode();
        Assert.Equal(TombstoneEntry.Payload(Ledger, 512, 1024, root), written);
        AuditTombstone read = AuditTombstone.TryRead(7, AuditEvent.ContentType, written)!;
        Assert.Equal(new AuditTombstone(7, Ledger, 512, 1024, root, "expire_after=1.00:00:00", "age"), read);
        Assert.Null(AuditTombstone.TryRead(7, "text/plain"u8, written));
        for (int cut = 0; cut < written.Length; cut++)
        {
            Assert.Null(AuditTombstone.TryRead(7, AuditEvent.ContentType, written.AsSpan(0, cut)));
        }
    }

    private static LedgerReport Audited(VerifyReport report) =>
        report.Ledgers.Single(ledger => ledger.Name == "audit");

    private IReadOnlyList<VerifyFinding> FindingsWithCold() =>
        _store.Verify(options => options with { ColdStore = _cold }).Findings;

    private async Task Fill()
    {
        await _store.FillAsync(Ledger, Size);
        _store.Sign(Ledger, Size);
        await _store.FillAsync(LedgerName.Audit, 2);
    }

    /// <summary>Says in <c>_audit</c> that bundles have expired.</summary>
    private async Task<long> Say(int bundle, int count, string ledger = Ledger, Hash256? root = null, bool sign = true)
    {
        byte[] payload = TombstoneEntry.Payload(ledger, bundle * Bundle, count * Bundle, root ?? RootOf(bundle, count));
        long index;
        using (Store store = _store.Open())
        {
            AppendResult result = await store.GetLedger(LedgerName.Audit).AppendAsync(new RecordBatch
            {
                ContentType = System.Text.Encoding.UTF8.GetBytes(TombstoneEntry.ContentType),
                Lengths = new[] { payload.Length },
                Payload = payload,
            });
            index = result.FirstIndex;
        }

        if (sign)
        {
            _store.Sign(LedgerName.Audit, index + 1);
        }

        return index;
    }

    /// <summary>The root over the entries of some bundles by themselves, read from the store.</summary>
    private Hash256 RootOf(int bundle, int count)
    {
        using Store store = _store.Open();
        CompactRange range = new();
        foreach (EntrySlice slice in store.GetLedger(Ledger).ReadAsync(bundle * Bundle, count * Bundle)
            .ToBlockingEnumerable())
        {
            for (int i = 0; i < slice.Count; i++)
            {
                range.Append(MerkleHash.Leaf(slice.Entry(i)));
            }
        }

        return range.Root();
    }

    /// <summary>Takes the payload away, as expiry does, and as a thief does.</summary>
    private void Expire(Range bundles, long tombstone)
    {
        string file = _store.SegmentFile(Ledger, 0);
        (_, long after) = PayloadThief.Strip(file, file, Identity(), bundles, BlockPayload.Expired);
        (int first, int count) = bundles.GetOffsetAndLength(256);
        Stage((log, state) =>
        {
            log.Stage(state.Sealed[0] with { FileBytes = after });
            log.Stage(new TombstoneRecord(first * Bundle, count * Bundle, tombstone, 1, "age"));
        });
    }

    private void GoCold()
    {
        SegmentIdentity identity = Identity();
        string file = _store.SegmentFile(Ledger, 0);
        byte[] payload = File.ReadAllBytes(file);
        (long before, long after) = PayloadThief.Strip(
            file, _store.Paths.Tiles(identity.LedgerId, 0, identity.Generation), identity, .., BlockPayload.Elsewhere);
        Stage((log, state) =>
        {
            string name = TierRecord.NameOf(identity.StoreId, identity.LedgerId, 0, state.Sealed[0].Root);
            _cold.Files[name] = payload;
            log.Stage(new TierRecord(0, identity.Generation, SegmentTier.Cold, after, before, name));
        });
    }

    private void Stage(Action<LedgerStateLog, LedgerState> stage)
    {
        (CatalogLedger entry, UInt128 storeId) = _store.Find(Ledger);
        LedgerStateLog log = LedgerStateLog.Open(
            new LinuxFileSystem(), _store.Paths, storeId, entry.Id, FileAccessMode.ReadWrite, out LedgerState state);
        stage(log, state);
        log.CommitNow();
    }

    private SegmentIdentity Identity()
    {
        (CatalogLedger entry, UInt128 storeId) = _store.Find(Ledger);
        return PayloadThief.IdentityOf(_store.SegmentFile(Ledger, 0), storeId, entry.Id);
    }
}
