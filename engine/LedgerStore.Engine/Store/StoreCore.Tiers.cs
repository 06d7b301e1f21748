// The core's part for tiers: the worker, and what is asked of it. RunTiering belongs to one thread.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;

namespace LedgerStore.Engine;

internal sealed partial class StoreCore
{
    // Set by the thread that opens the store, before any other runs.
    private bool _isClaimsTime;

    // Some claim waits for a checkpoint. Set by whoever opens a ledger, taken by the checkpointer.
    private volatile bool _hasOpenClaims;

    public LedgerRetention Retention { get; }

    public TieringWorker Tiering { get; }

    /// <summary>Compares what the files say has expired with <c>_audit</c>.</summary>
    public ExpiryConfirmation Confirmation { get; }

    /// <summary>What was signed is known: claims of the ledgers in use are confirmed or refuted, and from here on those
    /// of every ledger when it is opened.</summary>
    public void ConfirmClaims()
    {
        _isClaimsTime = true;
        _hasOpenClaims = false;
        foreach (OpenLedger log in Ledgers.All)
        {
            Confirm(log);
        }
    }

    /// <summary>Of the ledgers that recovery opened, too, nothing is followed that <c>_audit</c> says otherwise. While
    /// the store is opened.</summary>
    public void FollowAudit()
    {
        foreach (OpenLedger log in Ledgers.All)
        {
            Claims.Confirm(log.Id);
            Claims.Apply(log);
        }
    }

    /// <summary>A store that only reads is left as it was found.</summary>
    public bool RunTiering()
    {
        if (Ground.IsReadOnly)
        {
            return false;
        }

        // What it writes on a full disk makes room.
        using ReserveScope scope = new(ReserveRight.Everything);
        return Tiering.RunOnce();
    }

    /// <summary>After a recovery everything is in the ledgers' files, and the new journal is empty.</summary>
    public void MarkSettled()
    {
        foreach (OpenLedger ledger in Ledgers.All)
        {
            if (ledger.Damage is null)
            {
                ledger.SettledSize = ledger.Durable.Value;
            }
        }
    }

    private TieringWorker MakeTiering(TieringOptions options)
    {
        TieringCounters counters = new();
        Pace pace = new();
        return new TieringWorker(Ground, Catalog, Ledgers, Gate, options, counters, pace, () => new LedgerVisit(
            Ground,
            Catalog,
            Ledgers,
            Gate,
            Writer,
            Flusher,
            Disk,
            Retention,
            Confirmation,
            options,
            counters,
            pace,
            AppendEvent,
            AppendFiller,
            Claims.MayExpire));
    }

    private OpenLedger Open(uint id)
    {
        if (_isClaimsTime)
        {
            Claims.Confirm(id);
        }

        OpenLedger log = OrStop(() => Opener.Open(id));
        if (_isClaimsTime)
        {
            Claims.Apply(log);
            Confirm(log);
        }

        return log;
    }

    private void Confirm(OpenLedger log)
    {
        if (!Confirmation.Run(log)
            && log.Segments.Expired.Claims.Any(static claim => !claim.IsRefuted))
        {
            // The next checkpoint of `_audit` may cover what it needs.
            _hasOpenClaims = true;
        }
    }

    private void Refuted(OpenLedger log, ExpiryClaim claim) => Ground.Services.Damaged(new DamageReport(
        log.Id, claim.Record.First, claim.Record.Count, Ground.Paths.StateLog(log.Id), -1, claim.Text));

    /// <summary>A change of policy or holds: refused by a store that only reads or has stopped, and stops one whose
    /// disk fails.</summary>
    public T ChangeRetention<T>(Func<T> change)
    {
        ThrowIfUnwritable();
        return StoreErrors.Translate(() => OrStop(change));
    }

    /// <summary>What each tier has of a ledger. Entries that expired count as expired, whatever file they were in.
    /// </summary>
    public static IReadOnlyList<TierShare> TiersOf(OpenLedger log)
    {
        SegmentList list = log.Segments.List;
        TierShare[] shares =
            [.. Enum.GetValues<SegmentTier>().Select(static tier => new TierShare(tier.Name(), 0, 0, 0, null))];
        long expired = 0;
        for (int i = 0; i < list.Count; i++)
        {
            SealedFacts? facts = (list[i] as SealedSegment)?.Facts;
            SegmentTier tier = facts?.Tier ?? SegmentTier.Hot;
            long first = SegmentFormat.FirstIndex(i);
            long end = Math.Min(first + StoreLimits.EntriesPerSegment, log.Durable.Value);
            long gone = tier == SegmentTier.Expired ? end - first : log.Segments.Expired.CountIn(first, end);
            expired += gone;
            TierShare share = shares[(int)tier];
            shares[(int)tier] = share with
            {
                Segments = share.Segments + 1,
                Entries = share.Entries + end - first - gone,
                StoredBytes = share.StoredBytes
                    + (tier == SegmentTier.Cold ? facts!.ColdBytes : facts?.FileLength ?? OpenBytes(list[i])),
                RawBytes = share.RawBytes + list[i].RawBytes,
                Oldest = share.Oldest ?? (list[i].FirstMicros is > 0 and long micros ? WallTime.At(micros) : null),
            };
        }

        int last = (int)SegmentTier.Expired;
        shares[last] = shares[last] with { Entries = expired };
        return [.. shares.Where(static (share, tier) => tier == 0 || share.Segments + share.Entries > 0)];
    }

    /// <summary>What tiering has done, and what it knows of the time to come.</summary>
    public TieringStatus TieringStatus()
    {
        long next = Ledgers.All.Min(static ledger => (long?)ledger.NextExpiryMicros) ?? long.MaxValue;
        return Tiering.Status with
        {
            NextExpiry = next == long.MaxValue ? null : WallTime.At(next),
        };
    }

    private ValueTask<AppendResult> AppendEvent(byte[] record) => Appends.AppendAsync(
        Changes.OpenAudit(),
        new RecordBatch
        {
            Appender = AuditEvent.Appender,
            ContentType = AuditEvent.ContentType,
            Lengths = [record.Length],
            Payload = record,
            FreesSpace = true,
        },
        CancellationToken.None);

    private ValueTask<AppendResult> AppendFiller(OpenLedger ledger, long size, int count) => Appends.AppendAsync(
        ledger,
        new RecordBatch
        {
            ContentType = LedgerVisit.FillerContentType,
            ExpectedSize = size,
            Lengths = new int[count],
        },
        CancellationToken.None);
}
