// LedgerState: what tiering wrote down. The newest of SEALED and TIER says which file of a segment counts.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Journal;

internal sealed partial class LedgerState
{
    private readonly SortedList<long, TierRecord> _tiers = [];
    private readonly List<TombstoneRecord> _tombstones = [];
    private readonly List<AuditRangeRecord> _notices = [];
    private readonly SortedList<string, HoldRecord> _holds = new(StringComparer.Ordinal);

    /// <summary>In the order in which they were made. They never overlap.</summary>
    public IReadOnlyList<TombstoneRecord> Tombstones => _tombstones;

    /// <summary>Those in force, by id.</summary>
    public IList<HoldRecord> Holds => _holds.Values;

    /// <summary>Null when nothing was ever due.</summary>
    public ExpiryProgressRecord? ExpiryProgress { get; private set; }

    /// <summary>What was said in <c>_audit</c> to be due, and is not done yet.</summary>
    public IReadOnlyList<AuditRangeRecord> Notices => _notices;

    /// <summary>Entries whose tombstone may be in <c>_audit</c> and is not here; null when there are none.</summary>
    public AuditRangeRecord? Expiring { get; private set; }

    /// <summary>What was said last of a segment's tier; null while it is hot.</summary>
    public TierRecord? TierOf(long segment) => _tiers.GetValueOrDefault(segment);

    private static int BodyBytes(TierRecord record) => record.Encode().Length;

    private void Add(TierRecord record, int bodyBytes)
    {
        FormatCheck.That(
            _sealed.TryGetValue(record.Segment, out SealedRecord segment),
            "the tier of a segment that is not complete",
            0);
        ForgetTier(record.Segment);

        // What else state.log says of the segment stays true: entries, times and root are the same in every tier.
        _sealed[record.Segment] = segment with { Generation = record.Generation, FileBytes = record.FileBytes };
        _tiers[record.Segment] = record;
        Count(bodyBytes);
    }

    private void ForgetTier(long segment)
    {
        if (_tiers.Remove(segment, out TierRecord? before))
        {
            Uncount(BodyBytes(before));
        }
    }

    private void Add(TombstoneRecord record, int bodyBytes)
    {
        foreach (TombstoneRecord other in _tombstones)
        {
            FormatCheck.That(
                record.End <= other.First || record.First >= other.End, "entries expire once", 0);
        }

        _tombstones.Add(record);
        Count(bodyBytes);
        AddExpiring(AuditRangeRecord.None);
    }

    private void AddExpiring(AuditRangeRecord record)
    {
        if (Expiring is not null)
        {
            Uncount(AuditRangeRecord.EncodedBytes);
        }

        Expiring = record.Count == 0 ? null : record;
        Count(Expiring is null ? 0 : AuditRangeRecord.EncodedBytes);
    }

    private void AddNotice(AuditRangeRecord record)
    {
        if (record.Count > 0)
        {
            _notices.Add(record);
            Count(AuditRangeRecord.EncodedBytes);
            return;
        }

        _notices.ForEach(_ => Uncount(AuditRangeRecord.EncodedBytes));
        _notices.Clear();
    }

    private void Add(HoldRecord record, int bodyBytes)
    {
        if (_holds.Remove(record.Id, out HoldRecord? before))
        {
            Uncount(before.Encode().Length);
        }

        // A released one is remembered by `_audit`.
        if (!record.IsReleased)
        {
            _holds.Add(record.Id, record);
            Count(bodyBytes);
        }
    }

    private void AppendTiersTo(CommittedLog log)
    {
        foreach (TierRecord tier in _tiers.Values)
        {
            log.Append((ushort)StateRecordType.Tier, tier.Encode());
        }

        foreach (TombstoneRecord tombstone in _tombstones)
        {
            log.Append((ushort)StateRecordType.Tombstone, tombstone.Encode());
        }

        foreach (HoldRecord hold in _holds.Values)
        {
            log.Append((ushort)StateRecordType.Hold, hold.Encode());
        }

        foreach (AuditRangeRecord notice in _notices)
        {
            log.Append((ushort)StateRecordType.Notice, notice.Encode());
        }

        if (Expiring is { } expiring)
        {
            log.Append((ushort)StateRecordType.Expiring, expiring.Encode());
        }

        if (ExpiryProgress is { } progress)
        {
            log.Append((ushort)StateRecordType.ExpiryProgress, progress.Encode());
        }
    }
}
