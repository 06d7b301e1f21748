// LedgerVisit: a bundle that stays incomplete is filled up with entries of the store, so that what is in it can expire.

using LedgerStore.Engine.Append;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    /// <summary>What filler entries say they are; they have no payload and no appender.</summary>
    public static ReadOnlySpan<byte> FillerContentType => "application/x-ledgerstore-filler"u8;

    private IEnumerable<TierStep> Fill(LedgerLog log, RetentionPolicy policy)
    {
        long size = log.Durable.Value;
        int open = (int)(size % StoreLimits.EntriesPerBundle);
        if (policy.FillAfter is not { } after || open == 0 || log.Readable.Value < size)
        {
            yield break;
        }

        long first = FirstOfIncomplete(log, size / StoreLimits.EntriesPerBundle);
        if (first + RetentionPolicy.Micros(after) > parts.Now())
        {
            yield break;
        }

        int missing = StoreLimits.EntriesPerBundle - open;
        Task<AppendResult> filled = parts.AppendFiller(log, size, missing).AsTask();
        while (!filled.IsCompleted)
        {
            // A crash in here leaves all of them or none.
            yield return TierStep.Wait;
        }

        if (filled.Exception?.InnerException is StoreException
            {
                Reason: StoreReason.SizeMismatch or StoreReason.LedgerFrozen,
            })
        {
            // Somebody appended meanwhile, and the bundle may fill up by itself. A frozen ledger keeps its last bundle.
            yield break;
        }

        filled.GetAwaiter().GetResult();
        counters.Filled(missing);
        while (log.Readable.Value < size + missing)
        {
            yield return TierStep.Wait;
        }
    }

    /// <summary>The time of the first entry of a bundle. It is read once.</summary>
    private static long FirstOfIncomplete(LedgerLog log, long bundle)
    {
        if (log.Tiers.Incomplete is { } known && known.Bundle == bundle)
        {
            return known.Micros;
        }

        using BundleLease lease = log.Reader.WaitForBundle(bundle, 0);
        long micros = EntryView.Parse(lease.Entry(0)).ReceivedMicros;
        log.Tiers.Incomplete = (bundle, micros);
        return micros;
    }
}
