// The records of tiering in state.log: there and back, and what a log with them says after a compaction.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class TierRecordTests
{
    private static readonly TierRecord s_tier = new(3, 7, SegmentTier.Cold, 1000, 5000, "a/b/c.seg");
    private static readonly TombstoneRecord s_tombstone = new(512, 1024, 9, 77, "aged");
    private static readonly HoldRecord s_hold = new("h1", 5, 0, 11, 0, "legal", "case 4");

    [Fact]
    public void Every_record_reads_back()
    {
        Assert.Equal(s_tier, TierRecord.Decode(s_tier.Encode()));
        Assert.Equal(s_tombstone, TombstoneRecord.Decode(s_tombstone.Encode()));
        Assert.Equal(s_hold, HoldRecord.Decode(s_hold.Encode()));
        AuditRangeRecord expiring = new(512, 256, 7);
        Assert.Equal(expiring, AuditRangeRecord.Decode(expiring.Encode()));
        Assert.Equal(
            "0002000000000000" + "0001000000000000" + "0700000000000000", Convert.ToHexString(expiring.Encode()));
        ExpiryProgressRecord progress = new(256, 99);
        Assert.Equal(progress, ExpiryProgressRecord.Decode(progress.Encode()));
    }

    [Fact]
    public void Bytes_of_version_1() => Assert.Equal(
        "0300000000000000" + "07000000" + "02" + "e803000000000000" + "8813000000000000"
            + "0900" + "612f622f632e736567",
        Convert.ToHexStringLower(s_tier.Encode()));

    [Fact]
    public void A_tombstone_is_of_whole_bundles() => Assert.Throws<MalformedDataException>(
        () => TombstoneRecord.Decode((s_tombstone with { First = 5 }).Encode()));

    [Fact]
    public void The_newest_of_sealed_and_tier_counts()
    {
        LedgerState state = new();
        Apply(state, new SealedRecord(0, 1, 100, 1, 2, default));
        Apply(state, StateRecordType.Tier, new TierRecord(0, 2, SegmentTier.Warm, 80, 0, "").Encode());
        Assert.Equal((2u, 80), (state.Sealed[0].Generation, state.Sealed[0].FileBytes));
        Assert.Equal(SegmentTier.Warm, state.TierOf(0)!.Tier);

        Apply(state, new SealedRecord(0, 3, 90, 1, 2, default));
        Assert.Equal(3u, state.Sealed[0].Generation);
        Assert.Null(state.TierOf(0));
    }

    [Fact]
    public void A_released_hold_is_gone()
    {
        LedgerState state = new();
        Apply(state, StateRecordType.Hold, s_hold.Encode());
        Assert.Equal([s_hold], state.Holds);
        Apply(state, StateRecordType.Hold, (s_hold with { ReleasedMicros = 5 }).Encode());
        Assert.Empty(state.Holds);
        Assert.Equal(CommittedLogFormat.RecordsOffset, state.LiveBytes);
    }

    [Fact]
    public void A_tombstone_ends_what_was_about_to_expire()
    {
        LedgerState state = new();
        Apply(state, StateRecordType.Expiring, new AuditRangeRecord(512, 1024, 3).Encode());
        Apply(state, StateRecordType.Expiring, new AuditRangeRecord(512, 1024, 4).Encode());
        Assert.Equal(4, state.Expiring!.AuditIndex);
        Apply(state, StateRecordType.Tombstone, s_tombstone.Encode());
        Assert.Null(state.Expiring);
        long bytes = state.LiveBytes;
        Apply(state, StateRecordType.Expiring, new AuditRangeRecord(0, 256, 4).Encode());
        Apply(state, StateRecordType.Expiring, AuditRangeRecord.None.Encode());
        Assert.Null(state.Expiring);
        Assert.Equal(bytes, state.LiveBytes);
    }

    private static void Apply(LedgerState state, SealedRecord record)
    {
        byte[] body = new byte[SealedRecord.EncodedBytes];
        record.Encode(body);
        Apply(state, StateRecordType.Sealed, body);
    }

    private static void Apply(LedgerState state, StateRecordType type, byte[] body) => state.Apply((ushort)type, body);
}
