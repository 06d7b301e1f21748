// Records about tiers that somebody wrote into the files of a stopped store, all checksums right, no key, and nothing
// in `_audit`: what they hide is served, what they want deleted stays, and everybody who looks says so. Where the
// payload was taken away too, nobody says that it has expired.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Engine.Tamper;

public sealed class ForgedClaimTests(TamperHome home) : IClassFixture<TamperHome>
{
    private const string Ledger = TamperHome.Ledger;
    private const int Bundle = 256;
    private readonly List<DamageReport> _reports = [];

    /// <summary>Where the forged tombstone says that its entry of `_audit` is.</summary>
    public static TheoryData<long> AuditIndexes => [0, 7, 299, 300, 5_000_000, long.MaxValue];

    [Theory]
    [MemberData(nameof(AuditIndexes))]
    public async Task A_forged_tombstone_hides_nothing_and_deletes_nothing(long auditIndex)
    {
        TamperedStore tampered = home.Copy();
        Add(tampered, Ledger, StateRecordType.Tombstone, new TombstoneRecord(0, 20 * Bundle, auditIndex, 1, "age"));
        using (Store store = Open(tampered))
        {
            Ledger ledger = store.GetLedger(Ledger);
            await CheckAll(ledger, 0, 30 * Bundle);
            Assert.NotNull(ledger.TryReadEntryBundle(3, Bundle));
            Assert.Equal((0L, 0), (ledger.FirstReadable, ledger.Expired.Count));
            Assert.Contains("is the tombstone of entries 0 to 5,119", Assert.Single(ledger.Describe().Unconfirmed),
                StringComparison.Ordinal);
            Assert.Contains("does not count", ledger.Describe().ExpiryRefusal, StringComparison.Ordinal);
            Assert.Contains(_reports, report => report.Count == 20 * Bundle);
            CheckFinding(await store.ScrubAsync(), 0, 20 * Bundle);

            // Everything else would let them go.
            ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.Zero });
            await ledger.ApplyRetentionAsync();
            await ledger.ApplyRetentionAsync();
            await CheckAll(ledger, 0, 30 * Bundle);
        }

        CheckFinding(Verify(tampered), 0, 20 * Bundle);
        using Store again = Open(tampered);
        await CheckAll(again.GetLedger(Ledger), 0, TamperHome.Size);
    }

    [Fact]
    public async Task A_forged_tombstone_deletes_nothing_in_spite_of_a_hold_and_a_floor()
    {
        TamperedStore tampered = home.Copy();
        using (Store store = Open(tampered))
        {
            Ledger ledger = store.GetLedger(Ledger);
            ledger.SetRetention(new RetentionPolicy { Floor = TimeSpan.FromDays(3_650), WarmAfter = TimeSpan.Zero });
            ledger.PlaceHold(0, 0, "case 17", "legal");
        }

        Add(tampered, Ledger, StateRecordType.Tombstone, new TombstoneRecord(0, 65_536, 7, 1, "age"));
        string[] before = Files(tampered);
        for (int i = 0; i < 2; i++)
        {
            using Store store = Open(tampered);
            Ledger ledger = store.GetLedger(Ledger);
            await ledger.ApplyRetentionAsync();
            await CheckAll(ledger, 0, TamperHome.Size);
        }

        Assert.All(before, name => Assert.Contains(name, Files(tampered)));
    }

    [Fact]
    public async Task Where_the_payload_is_gone_too_nobody_says_that_it_has_expired()
    {
        TamperedStore tampered = home.Copy();
        string file = tampered.SegmentFile(Ledger, 0);
        SegmentIdentity identity = tampered.Identity(Ledger, 0);
        (_, long after) = PayloadThief.Strip(file, file, identity, 10..20, BlockPayload.Expired);
        Add(tampered, Ledger, StateRecordType.Tier,
            new TierRecord(0, identity.Generation, SegmentTier.Hot, after, 0, string.Empty));
        Add(tampered, Ledger, StateRecordType.Tombstone, new TombstoneRecord(2_560, 2_560, 7, 1, "age"));
        using Store store = Open(tampered);
        Ledger ledger = store.GetLedger(Ledger);
        await CheckAll(ledger, 0, 2_560);
        await CheckAll(ledger, 5_120, 10_000);
        StoreException refused = await Assert.ThrowsAsync<StoreException>(() => CheckAll(ledger, 3_000, 1));
        Assert.Equal((StoreReason.NotConfirmed, 2_816L), (refused.Reason, refused.FirstIndex));
        Assert.Contains("does not count", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            StoreReason.NotConfirmed,
            Assert.Throws<StoreException>(() => ledger.TryReadEntryBundle(10, Bundle)).Reason);

        // Proofs do not need it.
        Assert.NotEmpty(ledger.ProveInclusion(3_000, TamperHome.Size));
    }

    [Fact]
    public async Task A_forged_file_that_has_only_hashes_does_not_make_the_real_one_superseded()
    {
        TamperedStore tampered = home.Copy();
        string real = tampered.SegmentFile(Ledger, 0);
        byte[] kept = File.ReadAllBytes(real);
        SegmentIdentity identity = tampered.Identity(Ledger, 0);
        string tiles = tampered.Paths.Tiles(identity.LedgerId, 0, identity.Generation);
        (_, long after) = PayloadThief.Strip(real, tiles, identity, .., BlockPayload.Expired);
        TamperedStore.Replace(real, kept);
        Add(tampered, Ledger, StateRecordType.Tier,
            new TierRecord(0, identity.Generation, SegmentTier.Expired, after, 0, string.Empty));
        using (Store store = Open(tampered))
        {
            Ledger ledger = store.GetLedger(Ledger);
            ledger.SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.Zero, ExpireAfter = TimeSpan.Zero });
            await ledger.ApplyRetentionAsync();
            await CheckAll(ledger, 0, 65_536);
            Assert.NotEmpty((await store.ScrubAsync()).Findings);
        }

        Assert.True(File.Exists(real), "the file that has the payload stays");
        Assert.False(Verify(tampered).Count == 0, "the files say what nobody signed");
    }

    [Fact]
    public async Task A_forged_tier_that_names_no_file_hides_nothing()
    {
        TamperedStore tampered = home.Copy();
        Add(tampered, Ledger, StateRecordType.Tier,
            new TierRecord(0, 77, SegmentTier.Expired, 20_000, 0, string.Empty));
        using (Store store = Open(tampered))
        {
            await CheckAll(store.GetLedger(Ledger), 0, TamperHome.Size);
        }

        Assert.NotEmpty(Verify(tampered));
    }

    [Fact]
    public async Task A_search_for_a_tombstone_that_nobody_began_ends_without_one()
    {
        TamperedStore tampered = home.Copy();
        Add(tampered, Ledger, StateRecordType.Expiring, new AuditRangeRecord(0, 65_536, 0));
        using Store store = Open(tampered);
        Ledger ledger = store.GetLedger(Ledger);
        Assert.Equal(
            StoreReason.Busy,
            Assert.Throws<StoreException>(() => ledger.SetRetention(RetentionPolicy.KeepAll)).Reason);
        await CheckAll(ledger, 0, TamperHome.Size);
    }

    [Fact]
    public async Task Nothing_of_audit_is_hidden()
    {
        TamperedStore tampered = home.Copy();
        Add(tampered, LedgerName.Audit, StateRecordType.Tombstone, new TombstoneRecord(0, Bundle, 7, 1, "age"));
        Add(tampered, LedgerName.Audit, StateRecordType.Hold, new HoldRecord("x", 0, 0, 1, 0, "anna", "case"));
        Add(tampered, LedgerName.Audit, StateRecordType.ExpiryProgress, new ExpiryProgressRecord(Bundle, 1));
        using (Store store = Open(tampered))
        {
            Ledger audit = store.GetLedger(LedgerName.Audit);

            // The first two say who the store is, and that _audit was created.
            await CheckAll(audit, 2, 300);
            Assert.Throws<StoreException>(() => audit.PlaceHold(0, 1, "case", "anna"));
            Assert.Throws<StoreException>(() => audit.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.Zero }));
            CheckFinding(await store.ScrubAsync(), 0, Bundle);
        }

        Assert.True(Verify(tampered).Count >= 3, "each of them is a finding");
    }

    [Fact]
    public async Task An_audit_whose_entries_are_not_those_that_were_signed_confirms_nothing()
    {
        const string NotSigned = "are not those that were signed";
        TamperedStore tampered = home.Copy();

        // The block is whole and its hashes are as they were: a start, which looks at these, does not see it.
        tampered.ChangeEntry(LedgerName.Audit, 5, Rebuild.Blocks);
        using Store store = Open(tampered);
        Ledger ledger = store.GetLedger(Ledger);
        ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.Zero });
        await ledger.ApplyRetentionAsync();
        await ledger.ApplyRetentionAsync();
        Assert.Contains(NotSigned, ledger.Describe().ExpiryRefusal, StringComparison.Ordinal);
        await CheckAll(ledger, 0, 30 * Bundle);
        Assert.Contains(
            (await store.ScrubAsync(Ledger)).Findings,
            found => found.Ledger == LedgerName.Audit && found.Evidence.Contains(NotSigned, StringComparison.Ordinal));
    }

    /// <summary>Whoever has the store's key may sign a tombstone that was not allowed: everybody who looks sees it.
    /// </summary>
    [Theory]
    [InlineData(true, "expire while the hold ")]
    [InlineData(false, "the floor was 3650.00:00:00")]
    public async Task A_signed_tombstone_of_what_was_held_or_below_the_floor_is_found(bool isHeld, string evidence)
    {
        TamperedStore tampered = home.Copy();
        LedgerEditor editor = tampered.Edit(Ledger);
        CompactRange range = new();
        range.Append(editor.Tiles.Skip(10 * Bundle).Take(10 * Bundle).ToArray());
        using (Store store = Open(tampered))
        {
            Ledger ledger = store.GetLedger(Ledger);
            if (isHeld)
            {
                ledger.PlaceHold(0, 0, "case 17", "legal");
            }
            else
            {
                ledger.SetRetention(new RetentionPolicy { Floor = TimeSpan.FromDays(3_650) });
            }

            byte[] tombstone = TombstoneEntry.Payload(Ledger, 10 * Bundle, 10 * Bundle, range.Root());
            Ledger audit = store.GetLedger(LedgerName.Audit);
            await audit.AppendAsync(new RecordBatch
            {
                ContentType = Encoding.UTF8.GetBytes(TombstoneEntry.ContentType),
                Lengths = [tombstone.Length],
                Payload = tombstone,
            });
            await audit.WaitForCheckpointAsync(audit.Size, CancellationToken.None);
            ScrubReport scrubbed = await store.ScrubAsync(Ledger);
            CheckFinding(scrubbed, 10 * Bundle, 10 * Bundle);
            Assert.Contains(
                scrubbed.Findings, found => found.Evidence.Contains(evidence, StringComparison.Ordinal));
            await CheckAll(ledger, 0, 30 * Bundle);
        }

        Assert.Contains(
            Verify(tampered), found => found.Evidence.Contains(evidence, StringComparison.Ordinal));
    }

    private static void CheckFinding(ScrubReport report, long first, long count) =>
        CheckFinding(report.Findings, first, count);

    private static void CheckFinding(IReadOnlyList<VerifyFinding> findings, long first, long count) => Assert.Contains(
        findings,
        found => found.Kind == VerifyFindingKind.ClaimNotConfirmed
            && (found.FirstIndex, found.Count) == (first, count));

    private static IReadOnlyList<VerifyFinding> Verify(TamperedStore store) => StoreVerifier.Verify(
        new VerifyOptions { DataDirectory = store.Data, FindKeys = DerivedKeys.Of(store.Home.Key) }).Findings;

    private static string[] Files(TamperedStore store) => [.. Directory
        .GetFiles(store.Paths.SegmentsDirectory(store.Find(Ledger).Ledger.Id)).Select(path => Path.GetFileName(path))];

    /// <summary>Reads entries and compares their payload with what was appended.</summary>
    private static async Task CheckAll(Ledger ledger, long first, long count)
    {
        string what = ledger.Name == LedgerName.Audit ? "event" : "payment";
        long next = first;
        await foreach (EntrySlice slice in ledger.ReadAsync(first, count))
        {
            for (int i = 0; i < slice.Count; i++, next++)
            {
                Assert.Equal($"{what} {next}", Encoding.UTF8.GetString(EntryView.Parse(slice.Entry(i)).Payload));
            }
        }

        Assert.Equal(first + count, next);
    }

    private static void Add(TamperedStore store, string ledger, StateRecordType type, object record)
    {
        byte[] body = record switch
        {
            TombstoneRecord tombstone => tombstone.Encode(),
            TierRecord tier => tier.Encode(),
            HoldRecord hold => hold.Encode(),
            ExpiryProgressRecord progress => progress.Encode(),
            AuditRangeRecord expiring => expiring.Encode(),
            _ => throw new ArgumentException("not a record", nameof(record)),
        };
        store.RewriteState(
            store.Find(ledger).Ledger.Id, (kind, old) => [(kind, old)], ((ushort)type, body));
    }

    private Store Open(TamperedStore store)
    {
        StoreOptions options = new()
        {
            Directory = store.Data,
            JournalBudgetBytes = 32 << 20,
            ReserveBytes = 1 << 20,
            PublicName = "ledger.example.org",
            OnDamage = _reports.Add,
            Scrub = new ScrubOptions { IsContinuous = false },
            Tiering = new TieringOptions { IsAutomatic = false, SecondCheckAfter = TimeSpan.Zero },
            Signing = new SigningOptions
            {
                Key = home.Key,
                AnchorPath = store.Anchor,
                Interval = TimeSpan.FromMilliseconds(20),
            },
        };
        StoreTuning tuning = new() { BufferBytes = 1 << 20, BufferCount = 4, JournalFileBytes = 8 << 20 };
        return Store.Open(options, tuning, new LinuxFileSystem());
    }
}
