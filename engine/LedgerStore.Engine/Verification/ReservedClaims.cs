// What must not be said of the store's own ledgers: nothing of `_audit` expires, is held or is gone. Stateless.
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Verification;

/// <summary>Finds records about tiers that no store writes for its own ledgers.</summary>
internal static class ReservedClaims
{
    /// <summary>All of them that a ledger's state.log has.</summary>
    public static IEnumerable<VerifyFinding> Find(LedgerFacts facts, StorePaths paths)
    {
        if (!LedgerName.IsReserved(facts.Ledger.Name))
        {
            yield break;
        }

        VerifyFinding Finding(long first, long count, string what) => new(
            VerifyFindingKind.ClaimNotConfirmed,
            facts.Ledger.Name,
            first,
            count,
            paths.StateLog(facts.Ledger.Id),
            -1,
            $"{what}: nothing of {facts.Ledger.Name} expires or needs a hold, and no store writes that");

        foreach (TombstoneRecord tombstone in facts.State.Tombstones)
        {
            yield return Finding(tombstone.First, tombstone.Count, "there is a tombstone");
        }

        foreach (HoldRecord hold in facts.State.Holds)
        {
            yield return Finding(hold.First, hold.Count, $"there is a hold, '{hold.Id}'");
        }

        if (facts.State.Expiring is { } expiring)
        {
            yield return Finding(expiring.First, expiring.Count, "entries are about to expire");
        }

        foreach (AuditRangeRecord notice in facts.State.Notices)
        {
            yield return Finding(notice.First, notice.Count, "entries were announced to expire");
        }

        if (facts.State.ExpiryProgress is { End: > 0 } progress)
        {
            yield return Finding(0, progress.End, "entries were found due");
        }

        foreach (SealedRecord segment in facts.State.Sealed)
        {
            if (facts.State.TierOf(segment.Segment) is { Tier: SegmentTier.Expired })
            {
                yield return Finding(
                    SegmentFormat.FirstIndex(segment.Segment), StoreLimits.EntriesPerSegment, "a segment has expired");
            }
        }
    }
}
