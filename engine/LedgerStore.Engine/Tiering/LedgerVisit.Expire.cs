// LedgerVisit: entries go. First it is said, in `_audit` and in state.log, both durable; then nobody reads them any
// more; only then their bytes are deleted, wherever they are.

using System.Diagnostics.CodeAnalysis;
using LedgerStore.Engine.Append;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    private const int BundleLevel = 8;

    /// <summary>Checks what is due; what was due at a check before, long enough ago, goes.</summary>
    private IEnumerable<TierStep> Expire(LedgerLog log, RetentionPolicy policy)
    {
        bool isTime = SecondCheckConfirms(log, policy, out long end);
        if (!log.Tiers.IsConfirmed && log.Tiers.Progress is { End: > 0 })
        {
            // At the first check, a day before anything goes: there is time to set right what is wrong.
            _asked = Task.Run(() => AskAsync(log));
            while (!_asked.IsCompleted)
            {
                // A crash in here changes nothing.
                yield return TierStep.Wait;
            }

            log.Tiers.ExpiryRefusal = _asked.GetAwaiter().GetResult();
            log.Tiers.IsConfirmed = log.Tiers.ExpiryRefusal is null;
        }

        if (!isTime || log.Tiers.ExpiryRefusal is not null)
        {
            yield break;
        }

        while (TryDecide(log, end, out ExpiringRecord? going))
        {
            byte[] tombstone = MakeTombstone(log, policy, going);
            bool isNoted = TryCommit(log, state => state.Stage(going));
            while (!isNoted)
            {
                // A crash in here leaves everything as it was.
                yield return TierStep.Wait;
                isNoted = TryCommit(log, static _ => { });
            }

            Task<AppendResult> appended = parts.AppendAudit(tombstone).AsTask();
            while (!appended.IsCompleted)
            {
                // A crash in here leaves a tombstone in `_audit`, or none: the next visit looks, see FinishSaid.
                yield return TierStep.Wait;
            }

            AppendResult said = appended.GetAwaiter().GetResult();
            _isDecided = false;
            foreach (TierStep step in Bury(
                log,
                new TombstoneRecord(going.First, going.Count, said.FirstIndex, parts.Clock(), Reason(policy))))
            {
                yield return step;
            }
        }

        SaveProgress(log, new ExpiryProgressRecord(0, 0));
    }

    /// <summary>Asks whether policy and holds are what was decided. Whatever goes wrong with that forbids expiry.
    /// </summary>
    private async Task<string?> AskAsync(LedgerLog log)
    {
        try
        {
            return await parts.ConfirmExpiry(log, _end.Token).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is not OutOfMemoryException)
        {
            return $"policy and holds cannot be compared with what was recorded: {failed.Message}";
        }
    }

    /// <summary>Finishes what a crash may have cut in two: the tombstone is durable in <c>_audit</c>, or it is not.
    /// </summary>
    private IEnumerable<TierStep> FinishSaid(LedgerLog log)
    {
        if (log.Tiers.Expiring is not { } going)
        {
            yield break;
        }

        // A crash in here changes nothing.
        LedgerLog? audit = parts.Catalog.Find(LedgerName.Audit) is { } found ? parts.Ledgers.Get(found.Id) : null;
        long size = audit?.Durable.Value ?? 0;
        while (audit is not null && audit.Readable.Value < size)
        {
            yield return TierStep.Wait;
        }

        TombstoneRecord? said = null;
        for (long bundle = going.AuditSize / StoreLimits.EntriesPerBundle;
            said is null && bundle * StoreLimits.EntriesPerBundle < size;
            bundle++)
        {
            Task<BundleLease> read = audit!.Reader.ReadBundleAsync(bundle, 0, CancellationToken.None).AsTask();
            while (!read.IsCompleted)
            {
                yield return TierStep.Wait;
            }

            using BundleLease lease = read.GetAwaiter().GetResult();
            said = FindTombstone(lease, bundle, log, going);
            yield return TierStep.Work();
        }

        if (said is not null)
        {
            foreach (TierStep step in Bury(log, said))
            {
                yield return step;
            }

            yield break;
        }

        bool isForgotten = TryCommit(log, static state => state.Stage(ExpiringRecord.None));
        while (!isForgotten)
        {
            yield return TierStep.Wait;
            isForgotten = TryCommit(log, static _ => { });
        }

        log.Tiers.Expiring = null;
        yield return TierStep.Work();
    }

    private static TombstoneRecord? FindTombstone(BundleLease lease, long bundle, LedgerLog log, ExpiringRecord going)
    {
        for (int slot = 0; slot < lease.Entries; slot++)
        {
            long index = (bundle * StoreLimits.EntriesPerBundle) + slot;
            EntryView entry = EntryView.Parse(lease.Entry(slot));
            if (index >= going.AuditSize
                && AuditTombstone.TryRead(index, entry.ContentType, entry.Payload) is { } tombstone
                && tombstone.Ledger == log.Name
                && tombstone.First == going.First
                && tombstone.Count == going.Count)
            {
                return new TombstoneRecord(
                    going.First, going.Count, index, entry.ReceivedMicros, tombstone.Reason);
            }
        }

        return null;
    }

    /// <summary>The tombstone is durable in <c>_audit</c>: nobody reads these entries any more.</summary>
    private IEnumerable<TierStep> Bury(LedgerLog log, TombstoneRecord record)
    {
        bool isCommitted = TryCommit(log, state => state.Stage(record));
        while (!isCommitted)
        {
            // A crash in here is one before the record: the next visit finds the tombstone in `_audit`.
            yield return TierStep.Wait;
            isCommitted = TryCommit(log, static _ => { });
        }

        // A crash from here on finds the tombstone in state.log, and the next visit deletes the bytes.
        log.Reader.Segments.Expired.Add(record);
        parts.Services.Cache.Invalidate(
            log.Id, record.First / StoreLimits.EntriesPerBundle, record.Count / StoreLimits.EntriesPerBundle);
        log.Tiers.Expiring = null;
        counters.Expired(record.Count);
        yield return TierStep.Work();
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
    private bool TryDecide(LedgerLog log, long end, [NotNullWhen(true)] out ExpiringRecord? going)
    {
        lock (retention.Decisions)
        {
            going = null;
            long now = parts.Now();
            RetentionPolicy policy = retention.PolicyOf(log.Id)!;
            foreach (PlannedMove move in Decide(log, policy, log.Tiers.SettledSize, now))
            {
                long moveEnd = Math.Min(move.End, end);
                bool isCut = moveEnd < move.End && move.From == SegmentTier.Cold.Name();
                if (move.To == "expired" && RetentionPlan.IsDue(move, now) && moveEnd > move.FirstIndex && !isCut)
                {
                    // No entry of `_audit` before this size is the tombstone.
                    long auditSize = parts.Catalog.Find(LedgerName.Audit) is { } audit
                        ? parts.Ledgers.Get(audit.Id).Durable.Value
                        : 0;
                    going = new ExpiringRecord(move.FirstIndex, moveEnd - move.FirstIndex, auditSize);
                    log.Tiers.Expiring = going;
                    _isDecided = true;
                    return true;
                }
            }

            return false;
        }
    }

    private static byte[] MakeTombstone(LedgerLog log, RetentionPolicy policy, ExpiringRecord range)
    {
        CompactRange tree = new();
        Hash256[] leaves = new Hash256[StoreLimits.EntriesPerBundle];
        Hash256[] scratch = new Hash256[StoreLimits.EntriesPerBundle];
        for (long first = range.First; first < range.End; first += StoreLimits.EntriesPerBundle)
        {
            log.Reader.Segments.ReadLeaves(first / StoreLimits.EntriesPerBundle, leaves);
            tree.AppendSubtree(BundleLevel, Sha256Batch.PerfectRoot(leaves, scratch));
        }

        return new AuditTombstone(
            AuditEvent.Unsaid, log.Name, range.First, range.Count, tree.Root(), policy.ToString(), Reason(policy))
            .Encode();
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
