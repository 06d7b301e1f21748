// LedgerVisit: entries that are due are announced in `_audit`, and go a day later. The day is between two entries of
// `_audit`, which everybody can check; that the store has run for so long meanwhile, which state.log remembers, comes
// on top and only delays.

using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    // What holds and tombstones cut into more pieces is announced with the next ones.
    private const int NoticesMax = 1_000;

    /// <summary>What is due now; and counts the time since it was announced.</summary>
    private List<(long First, long End)> FindDue(OpenLedger log, RetentionPolicy policy)
    {
        long now = ground.Now();
        long steady = ground.SteadyMicros();
        List<PlannedMove> going = Decide(log, policy, log.SettledSize, now)
            .FindAll(static move => move is { To: "expired", HeldBy.Length: 0 });
        log.NextExpiryMicros = going.Count == 0
            ? long.MaxValue
            : going.Min(static move => (move.Due - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        long passed = log.LastExpiryCheckMicros < 0 ? 0 : steady - log.LastExpiryCheckMicros;
        log.LastExpiryCheckMicros = steady;
        List<(long First, long End)> due = [];
        foreach (PlannedMove move in going.Where(move => RetentionPlan.IsDue(move, now)))
        {
            if (due is [.., var last] && last.End == move.FirstIndex)
            {
                due[^1] = (last.First, move.End);
            }
            else
            {
                due.Add((move.FirstIndex, move.End));
            }
        }

        if (log.Notices.Count > 0 && due.Count == 0)
        {
            ForgetNotices(log);
        }
        else if (log.Notices.Count > 0)
        {
            long seen = (log.ExpiryProgress?.SteadyMicros ?? 0) + passed;
            SaveProgress(log, new ExpiryProgressRecord(EndOf(log.Notices), seen));
        }

        return due;
    }

    /// <summary>Says in <c>_audit</c> what is due, unless something that was said before is not done yet.</summary>
    private async Task AnnounceAsync(OpenLedger log, RetentionPolicy policy, List<(long First, long End)> due)
    {
        if (log.Notices.Count > 0)
        {
            return;
        }

        List<AuditRangeRecord> said = [];
        foreach ((long first, long end) in due.Take(NoticesMax))
        {
            AuditExpiryNotice notice = new(AuditEvent.Unsaid)
            {
                Ledger = log.Name,
                First = first,
                Count = end - first,
                Policy = policy.ToString(),
            };
            // A crash in here leaves a notice that nobody refers to: the next visit makes another one, later.
            AppendResult appended = await pace.Until(appendAudit(notice.Encode())).ConfigureAwait(false);
            AuditRangeRecord record = new(first, end - first, appended.FirstIndex);
            said.Add(record);
            await CommitAsync(log, state => state.StageNotice(record)).ConfigureAwait(false);
        }

        log.Notices.AddRange(said);
        if (said.Count > 0)
        {
            SaveProgress(log, new ExpiryProgressRecord(EndOf(said), 0));
        }
    }

    /// <summary>Whether what was announced may go: it is in <c>_audit</c>, signed, a day old by the times there, and
    /// the store has run for so long.</summary>
    /// <param name="isUnsigned">All that is missing is a checkpoint.</param>
    private bool IsAnnouncedLongEnough(OpenLedger log, out bool isUnsigned)
    {
        isUnsigned = false;
        long wanted = RetentionPolicy.Micros(options.SecondCheckAfter);
        if (log.Notices.Count == 0 || (log.ExpiryProgress?.SteadyMicros ?? 0) < wanted)
        {
            return false;
        }

        foreach (AuditRangeRecord record in log.Notices)
        {
            AuditAnswer answer = confirmation.ReadNotice(record.AuditIndex, out AuditExpiryNotice? notice);
            isUnsigned = answer is { Entry: null, IsFinal: false };
            if (isUnsigned || notice?.Micros + wanted > ground.Now())
            {
                return false;
            }

            if (notice?.Ledger != log.Name || (notice.First, notice.Count) != (record.First, record.Count))
            {
                // Somebody wrote it into the file: what is due is announced anew, and a day begins.
                ground.Services.Damaged(new DamageReport(
                    log.Id,
                    record.First,
                    record.Count,
                    ground.Paths.StateLog(log.Id),
                    -1,
                    $"state.log says that entry {record.AuditIndex:N0} of {LedgerName.Audit} announced that these "
                    + $"entries expire, and it did not: {answer.Why}"));
                ForgetNotices(log);
                return false;
            }
        }

        return true;
    }

    private void ForgetNotices(OpenLedger log)
    {
        log.Notices.Clear();
        log.ExpiryProgress = new ExpiryProgressRecord(0, 0);
        TryCommit(log, static state =>
        {
            state.StageNotice(AuditRangeRecord.None);
            state.Stage(new ExpiryProgressRecord(0, 0));
        });
    }

    private static long EndOf(List<AuditRangeRecord> notices) => notices.Max(static notice => notice.End);
}
