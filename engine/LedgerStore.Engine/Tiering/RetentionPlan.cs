// The decisions of retention: what moves, what goes, when, and what must not. Pure: the same facts, the same plan.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

/// <summary>Decides.</summary>
internal static class RetentionPlan
{
    private const long Never = long.MaxValue;

    /// <summary>Everything that the policy will do with these segments, by index; what is due and what is not
    /// yet.</summary>
    /// <param name="holds">Those in force.</param>
    /// <param name="segments">All of the ledger, in order.</param>
    /// <param name="nowMicros">The time of the store, which no step of a clock drags along.</param>
    public static List<PlannedMove> Decide(
        RetentionPolicy policy,
        IReadOnlyList<HoldRecord> holds,
        IReadOnlyList<SegmentFact> segments,
        ExpiredRanges expired,
        long nowMicros)
    {
        List<PlannedMove> moves = [];
        long excess = policy.ExpireBeyondBytes == 0
            ? 0
            : Math.Max(0, segments.Sum(static segment => segment.StoredBytes) - policy.ExpireBeyondBytes);
        foreach (SegmentFact segment in segments)
        {
            if (segment.Tier == SegmentTier.Expired || expired.HasAll(segment.First, segment.End))
            {
                continue;
            }

            AddExpiry(moves, policy, holds, segment, expired, nowMicros, ref excess);
            AddTiering(moves, policy, segment);
        }

        return moves;
    }

    /// <summary>Whether a move may be made now.</summary>
    public static bool IsDue(PlannedMove move, long nowMicros) =>
        move.HeldBy.Length == 0 && move.Due <= WallTime.At(nowMicros);

    private static void AddExpiry(
        List<PlannedMove> moves,
        RetentionPolicy policy,
        IReadOnlyList<HoldRecord> holds,
        SegmentFact segment,
        ExpiredRanges expired,
        long nowMicros,
        ref long excess)
    {
        // What is cold goes as one file: its bundles wait for the youngest of them.
        bool isWhole = segment.Bundles is null || segment.Tier == SegmentTier.Cold;
        int units = isWhole ? 1 : segment.Bundles!.Count;
        for (int i = 0; i < units; i++)
        {
            long first = isWhole ? segment.First : segment.First + ((long)i * StoreLimits.EntriesPerBundle);
            long end = isWhole ? segment.End : first + StoreLimits.EntriesPerBundle;
            BundleFact fact = isWhole
                ? new BundleFact(segment.LastMicros, segment.StoredBytes)
                : segment.Bundles![i];
            if (end == first || expired.HasAll(first, end))
            {
                continue;
            }

            long due = Math.Min(Add(fact.LastMicros, policy.ExpireAfter), excess > 0 ? nowMicros : Never);

            // Also what a hold or the floor keeps uses up the excess: younger entries do not go in its place.
            excess -= Math.Min(excess, fact.StoredBytes);
            if (due != Never)
            {
                // The floor beats everything that makes entries go.
                due = Math.Max(due, Add(fact.LastMicros, policy.Floor));
                string heldBy = string.Join(
                    ',', holds.Where(hold => !hold.IsReleased && hold.Covers(first, end)).Select(hold => hold.Id));
                Append(
                    moves,
                    Move(first, end, segment.Tier, SegmentTier.Expired, due, fact.StoredBytes, heldBy),
                    nowMicros);
            }
        }
    }

    private static void AddTiering(List<PlannedMove> moves, RetentionPolicy policy, SegmentFact segment)
    {
        if (!segment.IsComplete)
        {
            return;
        }

        long coldDue = Add(segment.LastMicros, policy.ColdAfter);
        long due = segment.Tier switch
        {
            // Only dense files go to the cold store.
            SegmentTier.Hot => Math.Min(coldDue, Add(segment.LastMicros, policy.WarmAfter)),
            SegmentTier.Warm => coldDue,
            _ => Never,
        };
        if (due != Never)
        {
            SegmentTier to = segment.Tier == SegmentTier.Hot ? SegmentTier.Warm : SegmentTier.Cold;
            moves.Add(Move(segment.First, segment.End, segment.Tier, to, due, segment.StoredBytes, string.Empty));
        }
    }

    /// <summary>Neighbours that go together are one move.</summary>
    private static void Append(List<PlannedMove> moves, PlannedMove move, long nowMicros)
    {
        if (moves is [.., var last]
            && last.End == move.FirstIndex
            && last.To == move.To
            && last.From == move.From
            && last.HeldBy == move.HeldBy
            && IsDue(last, nowMicros) == IsDue(move, nowMicros))
        {
            moves[^1] = last with
            {
                Count = last.Count + move.Count,
                StoredBytes = last.StoredBytes + move.StoredBytes,
                Due = last.Due > move.Due ? last.Due : move.Due,
            };
            return;
        }

        moves.Add(move);
    }

    private static PlannedMove Move(
        long first, long end, SegmentTier from, SegmentTier to, long due, long bytes, string heldBy) =>
        new(first, end - first, from.Name(), to.Name(), Time(due), bytes, heldBy);

    // Later than any calendar has: the last moment of it.
    private static DateTimeOffset Time(long micros) =>
        micros > (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
            ? DateTimeOffset.MaxValue
            : WallTime.At(micros);

    private static long Add(long micros, TimeSpan? age) =>
        age is not { } set ? Never
        : RetentionPolicy.Micros(set) is var span && micros > Never - 1 - span ? Never - 1
        : micros + span;
}
