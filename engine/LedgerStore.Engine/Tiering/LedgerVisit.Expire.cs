// LedgerVisit: entries go. First it is said, in `_audit` and in state.log, both durable; then nobody reads them any
// more; only then their bytes are deleted, wherever they are.

using LedgerStore.Engine.Append;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    private const int BundleLevel = 8;

    /// <summary>Checks what is due; what was due at a check before, long enough ago, goes.</summary>
    private IEnumerable<TierStep> Expire(LedgerLog log, RetentionPolicy policy)
    {
        if (!SecondCheckConfirms(log, policy, out long end))
        {
            yield break;
        }

        while (TryDecide(log, end, out (long First, long End) range))
        {
            byte[] tombstone = MakeTombstone(log, policy, range);
            Task<AppendResult> appended = parts.AppendAudit(tombstone).AsTask();
            while (!appended.IsCompleted)
            {
                // A crash in here leaves a tombstone in `_audit`, or none, and every entry: the next round makes one
                // that it follows.
                yield return TierStep.Wait;
            }

            AppendResult said = appended.GetAwaiter().GetResult();
            TombstoneRecord record = new(
                range.First, range.End - range.First, said.FirstIndex, parts.Clock(), Reason(policy));
            bool isCommitted = TryCommit(log, state => state.Stage(record));
            while (!isCommitted)
            {
                yield return TierStep.Wait;
                isCommitted = TryCommit(log, static _ => { });
            }

            // A crash from here on finds the tombstone in state.log, and the next visit deletes the bytes.
            log.Reader.Segments.Expired.Add(record);
            parts.Services.Cache.Invalidate(
                log.Id,
                range.First / StoreLimits.EntriesPerBundle,
                (range.End - range.First) / StoreLimits.EntriesPerBundle);
            retention.EndGoing();
            counters.Expired(record.Count);
            yield return TierStep.Work();
        }

        SaveProgress(log, new ExpiryProgressRecord(0, 0));
    }

    /// <summary>Counts the time since what is due now was first found due.</summary>
    private bool SecondCheckConfirms(LedgerLog log, RetentionPolicy policy, out long end)
    {
        long now = parts.Now();
        long steady = steadyMicros();
        List<PlannedMove> going = Decide(log, policy, log.Tiers.SettledSize, now)
            .FindAll(static move => move is { To: "expired", HeldBy.Length: 0 });
        log.Tiers.NextExpiryMicros = going.Count == 0
            ? long.MaxValue
            : going.Min(static move => (move.Due - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        long dueEnd = going
            .Where(move => RetentionPlan.IsDue(move, now))
            .Select(move => move.End)
            .DefaultIfEmpty(0)
            .Max();
        LedgerTiers tiers = log.Tiers;
        long passed = tiers.LastCheckMicros < 0 ? 0 : steady - tiers.LastCheckMicros;
        tiers.LastCheckMicros = steady;
        end = tiers.Progress?.End ?? 0;
        if (dueEnd == 0 || end == 0)
        {
            if (dueEnd != end)
            {
                SaveProgress(log, new ExpiryProgressRecord(dueEnd, 0));
            }

            end = 0;
            return dueEnd != 0 && parts.Options.SecondCheckAfter == TimeSpan.Zero && (end = dueEnd) > 0;
        }

        long seen = tiers.Progress!.SteadyMicros + passed;
        SaveProgress(log, new ExpiryProgressRecord(end, seen));
        return seen >= RetentionPolicy.Micros(parts.Options.SecondCheckAfter);
    }

    /// <summary>Decides under the lock which entries go next. From then on nothing can keep them.</summary>
    private bool TryDecide(LedgerLog log, long end, out (long First, long End) range)
    {
        lock (retention.Decisions)
        {
            range = default;
            long now = parts.Now();
            RetentionPolicy policy = retention.PolicyOf(log.Id)!;
            foreach (PlannedMove move in Decide(log, policy, log.Tiers.SettledSize, now))
            {
                long moveEnd = Math.Min(move.End, end);
                bool isCut = moveEnd < move.End && move.From == SegmentTier.Cold.Name();
                if (move.To == "expired" && RetentionPlan.IsDue(move, now) && moveEnd > move.FirstIndex && !isCut)
                {
                    range = (move.FirstIndex, moveEnd);
                    retention.BeginGoing(log.Id, range.First, range.End);
                    return true;
                }
            }

            return false;
        }
    }

    private static byte[] MakeTombstone(LedgerLog log, RetentionPolicy policy, (long First, long End) range)
    {
        CompactRange tree = new();
        Hash256[] leaves = new Hash256[StoreLimits.EntriesPerBundle];
        Hash256[] scratch = new Hash256[StoreLimits.EntriesPerBundle];
        for (long first = range.First; first < range.End; first += StoreLimits.EntriesPerBundle)
        {
            log.Reader.Segments.ReadLeaves(first / StoreLimits.EntriesPerBundle, leaves);
            tree.AppendSubtree(BundleLevel, Sha256Batch.PerfectRoot(leaves, scratch));
        }

        return TombstoneEvent.Encode(
            log.Name, range.First, range.End - range.First, tree.Root(), policy.ToString(), Reason(policy));
    }

    private static string Reason(RetentionPolicy policy) =>
        policy.ExpireAfter is null ? "size" : policy.ExpireBeyondBytes == 0 ? "age" : "age or size";

    // Not worth waiting for space: what is staged is committed with the next thing that is.
    private void SaveProgress(LedgerLog log, ExpiryProgressRecord progress)
    {
        log.Tiers.Progress = progress;
        TryCommit(log, state => state.Stage(progress));
    }
}
