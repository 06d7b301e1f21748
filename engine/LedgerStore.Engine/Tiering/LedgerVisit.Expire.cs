// LedgerVisit: entries go. First it is said, in `_audit` and in state.log, both durable; then nobody reads them any
// more; only then their bytes are deleted, wherever they are.

using System.Diagnostics.CodeAnalysis;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    // A checkpoint follows within its interval. While nothing is signed nothing is deleted; the next visit goes on.
    private const long SignedWithinMicros = 10_000_000;

    /// <summary>Checks what is due; what was due at a check before, long enough ago, goes.</summary>
    private async Task ExpireAsync(OpenLedger log, RetentionPolicy policy)
    {
        List<(long First, long End)> due = FindDue(log, policy);
        if (!log.IsPolicyConfirmed && due.Count > 0)
        {
            // At the first check, a day before anything goes: there is time to set right what is wrong.
            long asked = ground.SteadyMicros();
            ClaimsAnswer answer = mayExpire(log);
            while (answer.IsReading || (answer.IsEarly && ground.SteadyMicros() - asked < SignedWithinMicros))
            {
                // A crash in here changes nothing.
                await (answer.IsReading ? pace.Work() : pace.Wait());
                answer = mayExpire(log);
            }

            if (answer.Why is { } why && why != log.ExpiryRefusal && !answer.IsEarly)
            {
                // Once for each difference, not once a round.
                ground.Services.Damaged(new DamageReport(log.Id, 0, 0, string.Empty, -1, $"nothing expires: {why}"));
            }

            log.ExpiryRefusal = answer.Why;
            log.IsPolicyConfirmed = answer.Why is null;
        }

        await AnnounceAsync(log, policy, due).ConfigureAwait(false);

        long began = ground.SteadyMicros();
        bool isTime = IsAnnouncedLongEnough(log, out bool isUnsigned);
        while (isUnsigned && ground.SteadyMicros() - began < SignedWithinMicros)
        {
            // A crash in here changes nothing.
            await pace.Wait();
            isTime = IsAnnouncedLongEnough(log, out isUnsigned);
        }

        if (!isTime || log.ExpiryRefusal is not null)
        {
            return;
        }

        if (log.Expiring is not null)
        {
            // Its tombstone waits for a signature.
            return;
        }

        await ExpireAnnouncedAsync(log, policy).ConfigureAwait(false);
    }

    /// <summary>What was announced long enough ago goes, one range after the other.</summary>
    private async Task ExpireAnnouncedAsync(OpenLedger log, RetentionPolicy policy)
    {
        while (TryDecide(log, out AuditRangeRecord? going, out long notice))
        {
            byte[] tombstone = MakeTombstone(log, policy, going, notice);

            // A crash in here leaves everything as it was.
            await CommitAsync(log, state => state.StageExpiring(going)).ConfigureAwait(false);

            // A crash in here leaves a tombstone in `_audit`, or none: see FinishInterruptedAsync of the next visit.
            AppendResult said = await pace.Until(appendAudit(tombstone)).ConfigureAwait(false);
            _isDecided = false;
            TombstoneRecord record =
                new(going.First, going.Count, said.FirstIndex, ground.Clock(), Reason(policy));
            await ExpireWhenSignedAsync(log, record).ConfigureAwait(false);
            if (log.Expiring is not null)
            {
                return;
            }
        }

        ForgetNotices(log);
    }

    /// <summary>Finishes what a crash may have cut in two: the tombstone is durable in <c>_audit</c>, or it is not.
    /// </summary>
    private async Task FinishInterruptedAsync(OpenLedger log)
    {
        if (log.Expiring is not { } going)
        {
            return;
        }

        // A crash in here changes nothing.
        OpenLedger? audit = catalog.Find(LedgerName.Audit) is { } found ? ledgers.Get(found.Id) : null;
        long size = audit?.Durable.Value ?? 0;
        await pace.Until(() => audit is null || audit.Readable.Value >= size).ConfigureAwait(false);
        TombstoneRecord? said = null;
        for (long bundle = going.AuditIndex / StoreLimits.EntriesPerBundle;
            said is null && bundle * StoreLimits.EntriesPerBundle < size;
            bundle++)
        {
            using BundleLease lease = await pace
                .Until(audit!.ReadBundleAsync(bundle, 0, CancellationToken.None))
                .ConfigureAwait(false);
            said = FindTombstone(lease, bundle, log, going);
            await pace.Work();
        }

        if (said is not null && !log.Segments.Expired.HasAny(said.First, said.End))
        {
            await ExpireWhenSignedAsync(log, said).ConfigureAwait(false);
            return;
        }

        await CommitAsync(log, static state => state.StageExpiring(AuditRangeRecord.None)).ConfigureAwait(false);
        log.Expiring = null;
        await pace.Work();
    }

    private static TombstoneRecord? FindTombstone(
        BundleLease lease, long bundle, OpenLedger log, AuditRangeRecord going)
    {
        for (int slot = 0; slot < lease.Entries; slot++)
        {
            long index = (bundle * StoreLimits.EntriesPerBundle) + slot;
            EntryView entry = EntryView.Parse(lease.Entry(slot));
            if (index >= going.AuditIndex
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

    /// <summary>Waits for the signature that covers the tombstone: only then it counts, for this store as for everybody
    /// else. Leaves the entries as they are when there is none for a while.</summary>
    private async Task ExpireWhenSignedAsync(OpenLedger log, TombstoneRecord record)
    {
        long began = ground.SteadyMicros();
        AuditAnswer? why = confirmation.WhyNot(log, record);
        while (why is { IsFinal: false } && ground.SteadyMicros() - began < SignedWithinMicros)
        {
            // A crash in here leaves a tombstone in `_audit`: the next visit looks, see FinishInterruptedAsync.
            await pace.Wait();
            why = confirmation.WhyNot(log, record);
        }

        if (why is not null)
        {
            counters.Failed(new StoreException(
                StoreReason.NotConfirmed,
                $"entries {record.First:N0} to {record.End - 1:N0} of '{log.Name}' stay for now: {why.Why}"));
            return;
        }

        await MarkExpiredAsync(log, record).ConfigureAwait(false);
    }

    /// <summary>The tombstone is durable and signed in <c>_audit</c>: nobody reads these entries any more.</summary>
    private async Task MarkExpiredAsync(OpenLedger log, TombstoneRecord record)
    {
        // A crash in here is one before the record: the next visit finds the tombstone in `_audit`.
        await CommitAsync(log, state => state.Stage(record)).ConfigureAwait(false);

        // A crash from here on finds the tombstone in state.log, and the next visit deletes the bytes.
        log.Segments.Expired.Add(record);
        ground.Services.Cache.Invalidate(
            log.Id, record.First / StoreLimits.EntriesPerBundle, record.Count / StoreLimits.EntriesPerBundle);
        log.Expiring = null;
        counters.Expired(record.Count);
        await pace.Work();
    }

    /// <summary>Decides under the lock which entries go next. From then on nothing can keep them.</summary>
    private bool TryDecide(OpenLedger log, [NotNullWhen(true)] out AuditRangeRecord? going, out long notice)
    {
        lock (retention.Decisions)
        {
            long now = ground.Now();
            RetentionPolicy policy = retention.PolicyOf(log.Id)!;
            foreach (PlannedMove move in Decide(log, policy, log.SettledSize, now))
            {
                AuditRangeRecord? announced = move.To == "expired" && RetentionPlan.IsDue(move, now)
                    ? log.Notices.Find(one => one.First < move.End && one.End > move.FirstIndex)
                    : null;
                if (announced is null)
                {
                    continue;
                }

                long first = Math.Max(move.FirstIndex, announced.First);
                long end = Math.Min(move.End, announced.End);
                bool isCut = (first, end) != (move.FirstIndex, move.End) && move.From == SegmentTier.Cold.Name();
                if (!isCut)
                {
                    // No entry of `_audit` before this size is the tombstone.
                    long auditSize = catalog.Find(LedgerName.Audit) is { } audit
                        ? ledgers.Get(audit.Id).Durable.Value
                        : 0;
                    going = new AuditRangeRecord(first, end - first, auditSize);
                    notice = announced.AuditIndex;
                    log.Expiring = going;
                    _isDecided = true;
                    return true;
                }
            }

            (going, notice) = (null, -1);
            return false;
        }
    }

    private static byte[] MakeTombstone(
        OpenLedger log, RetentionPolicy policy, AuditRangeRecord range, long notice) =>
        new AuditTombstone(
            AuditEvent.Unsaid,
            log.Name,
            range.First,
            range.Count,
            ExpiryConfirmation.RootOf(log, range.First, range.End),
            policy.ToString(),
            Reason(policy))
        {
            Notice = notice,
        }.Encode();

    private static string Reason(RetentionPolicy policy) =>
        policy.ExpireAfter is null ? "size" : policy.ExpireBeyondBytes == 0 ? "age" : "age or size";

    // Not worth waiting for space: what is staged is committed with the next thing that is.
    private void SaveProgress(OpenLedger log, ExpiryProgressRecord progress)
    {
        log.ExpiryProgress = progress;
        TryCommit(log, state => state.Stage(progress));
    }
}
