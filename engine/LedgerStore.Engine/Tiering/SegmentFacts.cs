// Looks at a ledger for the decisions of retention. Stateless; any thread.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

/// <summary>Reads what decisions need.</summary>
internal static class SegmentFacts
{
    /// <summary>The segments of a ledger as they are.</summary>
    /// <param name="size">Entries behind it do not count.</param>
    public static List<SegmentFact> Read(OpenLedger log, RetentionPolicy policy, long size, long nowMicros)
    {
        List<SegmentFact> facts = [];
        SegmentList list = log.Segments.List;
        for (int i = 0; i < list.Count; i++)
        {
            long first = SegmentFormat.FirstIndex(i);
            if (list[i] is SealedSegment { Facts: var sealedFacts } && first + StoreLimits.EntriesPerSegment <= size)
            {
                facts.Add(Of(log, sealedFacts, policy, nowMicros));
            }
            else if (list[i] is OpenSegment open)
            {
                int bundles = (int)Math.Clamp(
                    (size - first) / StoreLimits.EntriesPerBundle, 0, open.FullBundles);
                List<BundleFact> rows = Rows(open, bundles);
                facts.Add(new SegmentFact(
                    i,
                    IsComplete: false,
                    (long)bundles * StoreLimits.EntriesPerBundle,
                    bundles == 0 ? 0 : rows[^1].LastMicros,
                    open.Length,
                    SegmentTier.Hot,
                    rows));
            }
        }

        return facts;
    }

    /// <summary>The first bundles of a segment, as its directory has them.</summary>
    public static List<BundleFact> Rows(SegmentSource source, int bundles) =>
        [.. source.ReadRows(bundles).Select(static row => new BundleFact(row.LastMicros, row.StoredBytes))];

    private static SegmentFact Of(OpenLedger log, SealedFacts facts, RetentionPolicy policy, long nowMicros)
    {
        // Bundle by bundle only where it makes a difference: where some of them may go and others not.
        bool isMixed = facts.Tier is SegmentTier.Hot or SegmentTier.Warm
            && (policy.ExpireBeyondBytes > 0
                || (policy.ExpireAfter is { } age
                    && facts.FirstMicros <= nowMicros - RetentionPolicy.Micros(age)
                    && facts.LastMicros > nowMicros - RetentionPolicy.Micros(age))
                || log.Holds.Length > 0
                || !log.Segments.Expired.IsEmpty);
        SegmentSource source = log.Segments.List[(int)facts.Identity.Segment];
        return new SegmentFact(
            facts.Identity.Segment,
            IsComplete: true,
            StoreLimits.EntriesPerSegment,
            facts.LastMicros,
            facts.FileLength + (facts.Tier == SegmentTier.Cold ? facts.ColdBytes : 0),
            facts.Tier,
            isMixed && Rows(source, StoreLimits.BundlesPerSegment) is { Count: > 0 } rows ? rows : null);
    }
}
