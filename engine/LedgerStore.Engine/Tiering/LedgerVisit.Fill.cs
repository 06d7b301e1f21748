// LedgerVisit: a bundle that stays incomplete is filled up with entries of the store, so that what is in it can expire.

using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

internal sealed partial class LedgerVisit
{
    /// <summary>What filler entries say they are; they have no payload and no appender.</summary>
    public static ReadOnlySpan<byte> FillerContentType => "application/x-ledgerstore-filler"u8;

    private async Task FillAsync(OpenLedger log, RetentionPolicy policy)
    {
        long size = log.Durable.Value;
        int open = (int)(size % StoreLimits.EntriesPerBundle);
        if (policy.FillAfter is not { } after || open == 0 || log.Readable.Value < size)
        {
            return;
        }

        long first = FirstOfIncomplete(log, size / StoreLimits.EntriesPerBundle);
        if (first + RetentionPolicy.Micros(after) > ground.Now())
        {
            return;
        }

        int missing = StoreLimits.EntriesPerBundle - open;
        try
        {
            // A crash in here leaves all of them or none.
            await pace.Until(appendFiller(log, size, missing)).ConfigureAwait(false);
        }
        catch (StoreException refused)
            when (refused.Reason is StoreReason.SizeMismatch or StoreReason.LedgerFrozen)
        {
            // Somebody appended meanwhile, and the bundle may fill up by itself. A frozen ledger keeps its last bundle.
            return;
        }

        counters.Filled(missing);
        await pace.Until(() => log.Readable.Value >= size + missing).ConfigureAwait(false);
    }

    /// <summary>The time of the first entry of a bundle. It is read once.</summary>
    private static long FirstOfIncomplete(OpenLedger log, long bundle)
    {
        if (log.Incomplete is { } known && known.Bundle == bundle)
        {
            return known.Micros;
        }

        using BundleLease lease = log.WaitForBundle(bundle, 0);
        long micros = EntryView.Parse(lease.Entry(0)).ReceivedMicros;
        log.Incomplete = (bundle, micros);
        return micros;
    }
}
