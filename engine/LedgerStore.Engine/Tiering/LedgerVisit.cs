// One look at one ledger: removes what is superseded, finishes what was begun, lets entries expire, moves segments.
// Owned by the tiering thread. At every await of the pace a crash may come, and it says what that would mean.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

/// <summary>Visits ledgers, one at a time.</summary>
/// <param name="appendAudit">Appends a notice or a tombstone to <c>_audit</c>; done when it is durable.</param>
/// <param name="appendFiller">Appends so many entries of the store to a ledger that still has this size.</param>
/// <param name="mayExpire">Whether policy and holds are what was decided, as <c>_audit</c> says.</param>
internal sealed partial class LedgerVisit(
    StoreGround ground,
    Catalog catalog,
    OpenLedgers ledgers,
    Gate gate,
    JournalWriter journal,
    Flusher flusher,
    DiskSpace disk,
    LedgerRetention retention,
    ExpiryConfirmation confirmation,
    TieringOptions options,
    TieringCounters counters,
    Pace pace,
    Func<byte[], ValueTask<AppendResult>> appendAudit,
    Func<OpenLedger, long, int, ValueTask<AppendResult>> appendFiller,
    Func<OpenLedger, ClaimsAnswer> mayExpire)
{
    // Flushes that may end without the file that is waited for: then the disk is full, and the next round tries again.
    private const int FlushesMax = 3;

    // A second: a flush on a full disk finds its space at once, in the reserve, or not at all.
    private const int FullWaitsMax = 200;

    private readonly RecompressionEffort _effort = new(() => journal.WrittenBytes, ground.SteadyMicros);
    private readonly SegmentVerifier _verifier = new();
    private OpenLedger? _ledger;

    // This visit decided that entries go, and their tombstone is not durable yet.
    private bool _isDecided;

    /// <summary>Everything that is to be done for a ledger now.</summary>
    public async Task RunAsync(OpenLedger log)
    {
        _ledger = log;
        if (log.Damage is not null || log.IsUnclear
            || retention.PolicyOf(log.Id) is not { } policy)
        {
            return;
        }

        // What is not confirmed may be somebody's lie about what there is to do: then nothing is done.
        if (!confirmation.Run(log))
        {
            return;
        }

        await FillAsync(log, policy).ConfigureAwait(false);
        await SettleAsync(log, policy).ConfigureAwait(false);
        if (!log.IsCleanedUp)
        {
            await RemoveSupersededAsync(log).ConfigureAwait(false);
            log.IsCleanedUp = true;
        }

        await FinishInterruptedAsync(log).ConfigureAwait(false);

        // A start may find tombstones whose payload is still there: the crash was between the two.
        await FinishAsync(log).ConfigureAwait(false);
        await ExpireAsync(log, policy).ConfigureAwait(false);
        await FinishAsync(log).ConfigureAwait(false);
        await MoveAsync(log, policy).ConfigureAwait(false);
        await KeepLongerAsync(log, policy).ConfigureAwait(false);
    }

    /// <summary>The visit failed: what it left behind is looked for at the next one.</summary>
    public void Abandon()
    {
        if (_ledger is { } log)
        {
            log.IsCleanedUp = false;
            if (_isDecided)
            {
                // No tombstone says that they go: what failed is not a store that has stopped.
                log.Expiring = null;
                _isDecided = false;
            }
        }
    }

    /// <summary>Sees to it that the journal does not need what is due any more: a start that replayed entries into a
    /// segment would need their payload.</summary>
    private async Task SettleAsync(OpenLedger log, RetentionPolicy policy)
    {
        long size = log.Durable.Value;
        int waitsFull = 0;
        while (!IsWritten(log, size) && (!disk.IsFull || ++waitsFull <= FullWaitsMax))
        {
            // What is durable a moment ago may be in the journal only. A crash in here changes nothing.
            await pace.Wait();
        }

        long now = ground.Now();
        bool isNeeded = size > log.SettledSize
            && Decide(log, policy, size, now).Exists(
                move => move.End > log.SettledSize && RetentionPlan.IsDue(move, now));
        if (!isNeeded)
        {
            return;
        }

        // Read in this order: the frames of what is durable are durable.
        long frame = gate.DurableFrame.Value;
        flusher.RequestAll();
        waitsFull = 0;
        while (journal.DurableFlushedThrough < frame)
        {
            if (disk.IsFull && ++waitsFull > FullWaitsMax)
            {
                // Not even the reserve helped. What was settled before is all that moves or goes; that may make room.
                return;
            }

            // A crash in here changes nothing.
            await pace.Wait();
        }

        log.SettledSize = Math.Max(log.SettledSize, size);
    }

    /// <summary>Makes the files of a ledger what its tombstones say.</summary>
    private async Task FinishAsync(OpenLedger log)
    {
        SegmentList list = log.Segments.List;
        for (int i = 0; i < list.Count; i++)
        {
            if (Current(log, i) is not { } segment || !IsSettled(log, i))
            {
                continue;
            }

            bool strips = NeedsStrip(log, segment);
            if (strips && segment.Facts.Tier == SegmentTier.Warm && segment.Facts.Location.Length > 0)
            {
                // A copy that was begun has what expired in it.
                await DropCopyAsync(log, segment).ConfigureAwait(false);
                segment = Current(log, i)!;
            }

            if (strips)
            {
                await RewriteAsync(log, segment, SegmentForm.Same).ConfigureAwait(false);
                segment = Current(log, i)!;
            }

            if (segment.Facts is { Tier: SegmentTier.Expired, Location.Length: > 0 })
            {
                await DropCopyAsync(log, segment).ConfigureAwait(false);
            }
        }

        await FinishOpenAsync(log).ConfigureAwait(false);
    }

    private async Task FinishOpenAsync(OpenLedger log)
    {
        if (!OpenNeedsStrip(log))
        {
            return;
        }

        long until = flusher.FinishedCount + FlushesMax;
        int waitsFull = 0;
        flusher.RequestStrip(log);
        while (OpenNeedsStrip(log) || !IsOpenCommitted(log))
        {
            // A crash in here finds the old file named and the new one not, or the new one named: see the cleaning.
            if (flusher.FinishedCount >= until || (disk.IsFull && ++waitsFull > FullWaitsMax))
            {
                return;
            }

            await pace.Wait();
        }

        await RemoveSupersededAsync(log).ConfigureAwait(false);
    }

    private async Task MoveAsync(OpenLedger log, RetentionPolicy policy)
    {
        long now = ground.Now();
        foreach (PlannedMove move in Decide(log, policy, log.SettledSize, now))
        {
            int number = (int)(move.FirstIndex / StoreLimits.EntriesPerSegment);
            if (!RetentionPlan.IsDue(move, now) || move.To == "expired" || Current(log, number) is not { } segment)
            {
                continue;
            }

            if (segment.Facts.Tier == SegmentTier.Hot)
            {
                if (!disk.HasRoomFor(segment.Facts.FileLength))
                {
                    // The copy would take space that others need now; the next round tries again.
                    continue;
                }

                await RewriteAsync(log, segment, SegmentForm.Dense).ConfigureAwait(false);
                counters.Recompressed();
                segment = Current(log, number)!;
            }

            bool goesCold = policy.ColdAfter is { } age
                && segment.Facts.LastMicros + RetentionPolicy.Micros(age) <= now;
            if (goesCold && segment.Facts.Tier == SegmentTier.Warm && ground.Services.Cold is { } cold)
            {
                await MoveColdAsync(log, segment, policy, cold).ConfigureAwait(false);
                counters.MovedCold();
            }
        }
    }

    private static List<PlannedMove> Decide(OpenLedger log, RetentionPolicy policy, long size, long now) =>
        RetentionPlan.Decide(
            policy,
            log.Holds,
            SegmentFacts.Read(log, policy, size, now),
            log.Segments.Expired,
            now);

    private static SealedSegment? Current(OpenLedger log, int segment) =>
        log.Segments.List[segment] as SealedSegment;

    private static bool IsSettled(OpenLedger log, int segment) =>
        SegmentFormat.FirstIndex(segment + 1) <= log.SettledSize;

    /// <summary>Whether the files have all full bundles of so many entries.</summary>
    private static bool IsWritten(OpenLedger log, long size)
    {
        SegmentList list = log.Segments.List;
        long written = list.Count > 0 && list[list.Count - 1] is OpenSegment open
            ? SegmentFormat.FirstIndex(list.Count - 1) + ((long)open.FullBundles * StoreLimits.EntriesPerBundle)
            : SegmentFormat.FirstIndex(list.Count);
        return written > size - StoreLimits.EntriesPerBundle;
    }

    private static bool NeedsStrip(OpenLedger log, SealedSegment segment) =>
        segment.Facts.Tier != SegmentTier.Expired
            && log.Segments.Expired.HasPayloadIn(segment, StoreLimits.BundlesPerSegment);

    private static bool OpenNeedsStrip(OpenLedger log)
    {
        SegmentList list = log.Segments.List;
        return list.Count > 0 && list[list.Count - 1] is OpenSegment open
            && log.Segments.Expired.HasPayloadIn(open, open.FullBundles);
    }

    /// <summary>Whether state.log names the file that is appended to.</summary>
    private static bool IsOpenCommitted(OpenLedger log)
    {
        SegmentList list = log.Segments.List;
        return list[list.Count - 1] is not OpenSegment open
            || log.CommittedOpen == (open.Identity.Segment, open.Identity.Generation);
    }
}
