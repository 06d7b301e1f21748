// The core's part for tiers: the worker, and what is asked of it. RunTiering belongs to one thread.
using LedgerStore.Engine.Append;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;

namespace LedgerStore.Engine;

internal sealed partial class StoreCore
{
    public required TieringOptions TieringOptions
    {
        init
        {
            TieringParts parts = new(
                Parts.Files,
                Parts.Paths,
                Parts.StoreFile.StoreId,
                Parts.Catalog,
                Ledgers,
                Gate,
                Writer,
                Flusher,
                Parts.Services,
                StateLogs,
                Parts.Clock,
                Parts.Time,
                value,
                AppendTombstone);
            Retention = new LedgerRetention(parts);
            Tiering = new TieringWorker(parts, Retention);
            ObserveTiers();
        }
    }

    public LedgerRetention Retention { get; private init; } = null!;

    public TieringWorker Tiering { get; private init; } = null!;

    /// <summary>Who wakes the tiering thread. Nobody, until somebody says so.</summary>
    public Action OnTiering { get; set; } = () => { };

    public bool RunTiering() => Tiering.RunOnce();

    /// <summary>After a recovery everything is in the ledgers' files, and the new journal is empty.</summary>
    public void MarkSettled()
    {
        foreach (LedgerLog ledger in Ledgers.All)
        {
            if (ledger.Reader.Damage is null)
            {
                ledger.Tiers.SettledSize = ledger.Durable.Value;
            }
        }
    }

    /// <summary>A change of policy or holds: refused by a store that only reads or has stopped, and stops one whose
    /// disk fails.</summary>
    public T ChangeRetention<T>(Func<T> change)
    {
        ThrowIfUnwritable();
        return StoreErrors.Translate(() => OrStop(change));
    }

    public static IReadOnlyList<TierShare> TiersOf(LedgerLog log)
    {
        SegmentList list = log.Reader.Segments.List;
        ExpiredRanges expired = log.Reader.Segments.Expired;
        long[,] sums = new long[4, 3];
        for (int i = 0; i < list.Count; i++)
        {
            SealedFacts? facts = (list[i] as SealedSegment)?.Facts;
            SegmentTier tier = facts?.Tier ?? SegmentTier.Hot;
            long first = SegmentFormat.FirstIndex(i);
            long end = Math.Min(first + StoreLimits.EntriesPerSegment, log.Durable.Value);
            long gone = tier == SegmentTier.Expired ? end - first : expired.CountIn(first, end);
            sums[(int)tier, 0]++;
            sums[(int)tier, 1] += end - first - (tier == SegmentTier.Expired ? 0 : gone);
            sums[(int)SegmentTier.Expired, 1] += tier == SegmentTier.Expired ? 0 : gone;
            sums[(int)tier, 2] += tier == SegmentTier.Cold ? facts!.ColdBytes : facts?.FileLength ?? OpenBytes(list[i]);
        }

        List<TierShare> shares = [];
        for (SegmentTier tier = SegmentTier.Hot; tier <= SegmentTier.Expired; tier++)
        {
            if (tier == SegmentTier.Hot || sums[(int)tier, 0] + sums[(int)tier, 1] > 0)
            {
                shares.Add(new TierShare(
                    tier.Name(), sums[(int)tier, 0], sums[(int)tier, 1], sums[(int)tier, 2]));
            }
        }

        return shares;
    }

    private ValueTask<AppendResult> AppendTombstone(byte[] tombstone)
    {
        uint id = Parts.Catalog.Find(LedgerName.Audit)?.Created.LedgerId
            ?? CreateLedger(LedgerName.Audit, new LedgerOptions()).Created.LedgerId;
        return Appends.AppendAsync(
            Ledgers.Get(id),
            new RecordBatch
            {
                ContentType = TombstoneEvent.ContentType,
                Lengths = [tombstone.Length],
                Payload = tombstone,
            },
            CancellationToken.None);
    }

    private void ObserveTiers()
    {
        TieringWorker worker = Tiering;
        Meter.Observe("ledgerstore.tiers.rounds", "{round}", "looks at all ledgers", () => worker.Status.Rounds);
        Meter.Observe(
            "ledgerstore.tiers.recompressed", "{segment}", "hot to warm", () => worker.Status.Recompressed);
        Meter.Observe("ledgerstore.tiers.cold", "{segment}", "warm to cold", () => worker.Status.MovedCold);
        Meter.Observe("ledgerstore.tiers.expired", "{entry}", "entries that expired", () => worker.Status.Expired);
        Meter.Observe("ledgerstore.tiers.failures", "{move}", "moves that failed", () => worker.Status.Failures);
        Meter.Observe("ledgerstore.tiers.bytes", "By", "read and written in the background", () => worker.Status.Bytes);
    }
}
