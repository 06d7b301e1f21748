// One ledger: finding entries by their time. Any thread.
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine;

/// <summary>Which end of a bundle stands for the times in it, when its entries have expired.</summary>
public enum BundleEdge
{
    /// <summary>A range that begins there has all of the bundle.</summary>
    First,

    /// <summary>A range that ends there has all of the bundle.</summary>
    End,
}

public sealed partial class Ledger
{
    /// <summary>The index of the first entry received at that time or later; the size when all are older.</summary>
    /// <param name="micros">Since 1970.</param>
    /// <param name="edge">What is answered when the entry is one of a bundle that has expired.</param>
    /// <remarks>Time never decreases in a ledger. Directories are searched first, which are always here: one bundle is
    /// read, whatever tier it is in.</remarks>
    /// <exception cref="StoreException">DataLoss or TierAway.</exception>
    public async ValueTask<long> FindTimeAsync(
        long micros, BundleEdge edge, CancellationToken cancellationToken = default)
    {
        long size = _log.Durable.Value;
        await _log.Readable.WaitForAsync(size, cancellationToken).ConfigureAwait(false);
        long first = Math.Min(size, _log.Segments.FindBundleOfTime(micros));
        while (first < size)
        {
            long end = Math.Min(size, first + StoreLimits.EntriesPerBundle);
            try
            {
                using BundleLease lease = await _log.ReadBundleAsync(
                    first / StoreLimits.EntriesPerBundle, (int)(end - 1 - first), cancellationToken)
                    .ConfigureAwait(false);
                int slot = Search.First(
                    (int)(end - first),
                    (lease, micros),
                    static (of, i) => EntryView.Parse(of.lease.Entry(i)).ReceivedMicros >= of.micros);
                if (first + slot < end)
                {
                    return first + slot;
                }
            }
            catch (StoreException gone) when (gone.Reason == StoreReason.Expired)
            {
                long bundle = first / StoreLimits.EntriesPerBundle;
                return edge == BundleEdge.First || _log.Segments.FirstMicrosOf(bundle) >= micros ? first : end;
            }

            // Behind the last bundle on the disk: a few, which are in memory.
            first = end;
        }

        return size;
    }
}
