// Reads full bundles one after the other, ahead of the reader and past the cache. Owned by one reader, used by one
// thread at a time.


namespace LedgerStore.Engine.Segments;

/// <summary>A sequential read of a ledger's bundles.</summary>
/// <param name="nextBundle">The first bundle to read.</param>
internal sealed class BundleScan(SegmentReader reader, long nextBundle)
{
    private readonly ReadAhead _readAhead = new();

    /// <summary>The bundle that is read next.</summary>
    public long NextBundle { get; private set; } = nextBundle;

    /// <summary>Reads the next full bundle and steps behind it.</summary>
    /// <returns>False when no full block of it is there yet; the scan stays where it is.</returns>
    /// <exception cref="StoreException">It cannot be read; the scan steps behind it all the same.</exception>
    public bool TryRead(out BundleLease lease)
    {
        long bundle = NextBundle++;
        if (reader.TryReadBundle(bundle, _readAhead, out lease))
        {
            if (lease.Entries == StoreLimits.EntriesPerBundle)
            {
                return true;
            }

            lease.Dispose();
            lease = default;
        }

        NextBundle = bundle;
        return false;
    }
}
