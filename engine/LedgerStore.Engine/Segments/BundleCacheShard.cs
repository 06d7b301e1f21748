// One part of the cache. Its lock protects the table, the order of use and the references that they hold; nothing
// blocks under it.

namespace LedgerStore.Engine.Segments;

/// <summary>A table of bundles with the order of their use.</summary>
internal sealed class BundleCacheShard
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BundleKey, DecodedBundle> _table = [];

    // A list through the bundles themselves: moving one allocates nothing.
    private DecodedBundle? _newest;
    private DecodedBundle? _oldest;
    private long _hits;
    private long _misses;

    public long Hits => Interlocked.Read(ref _hits);

    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>The bundle with a reference for the caller, now the most recently used; null if not here.</summary>
    public DecodedBundle? Find(in BundleKey key)
    {
        lock (_gate)
        {
            DecodedBundle? bundle = Use(key);
            _hits += bundle is null ? 0 : 1;
            _misses += bundle is null ? 1 : 0;
            return bundle;
        }
    }

    /// <summary>The same for who did not find something else here that has it too: one look, not two.</summary>
    public DecodedBundle? FindInstead(in BundleKey key)
    {
        lock (_gate)
        {
            DecodedBundle? bundle = Use(key);
            _hits += bundle is null ? 0 : 1;
            _misses -= bundle is null ? 0 : 1;
            return bundle;
        }
    }

    /// <summary>Adds a bundle and a reference to it, unless it is here or the stamp has moved on.</summary>
    /// <returns>Whether it was added.</returns>
    public bool Add(in BundleKey key, DecodedBundle bundle, ref long currentStamp, long stamp)
    {
        lock (_gate)
        {
            if (Volatile.Read(ref currentStamp) != stamp || !_table.TryAdd(key, bundle))
            {
                return false;
            }

            bundle.AddReference();
            LinkNewest(bundle);
            return true;
        }
    }

    /// <summary>Drops the least recently used bundle when there are more than <paramref name="keep"/>.</summary>
    /// <returns>The memory of what was dropped; 0 when nothing was.</returns>
    public long DropOldest(int keep)
    {
        DecodedBundle oldest;
        lock (_gate)
        {
            if (_table.Count <= keep)
            {
                return 0;
            }

            oldest = _oldest!;
            Drop(oldest);
        }

        // Before the release: afterwards the object may have another life.
        long bytes = oldest.Capacity;
        oldest.Release();
        return bytes;
    }

    /// <summary>Drops the bundles of a range.</summary>
    /// <returns>Their memory.</returns>
    public long Remove(uint ledgerId, long firstBundle, long count)
    {
        List<DecodedBundle> removed = [];
        lock (_gate)
        {
            for (DecodedBundle? bundle = _newest; bundle is not null; bundle = bundle.Older)
            {
                BundleKey key = BundleKey.Of(bundle);
                if (key.LedgerId == ledgerId && key.BundleIndex >= firstBundle && key.BundleIndex - firstBundle < count)
                {
                    removed.Add(bundle);
                }
            }

            removed.ForEach(Drop);
        }

        long bytes = removed.Sum(bundle => (long)bundle.Capacity);
        removed.ForEach(bundle => bundle.Release());
        return bytes;
    }

    private DecodedBundle? Use(in BundleKey key)
    {
        if (!_table.TryGetValue(key, out DecodedBundle? bundle))
        {
            return null;
        }

        if (bundle != _newest)
        {
            Unlink(bundle);
            LinkNewest(bundle);
        }

        // Under the gate: the table's own reference keeps the count above zero.
        bundle.AddReference();
        return bundle;
    }

    private void Drop(DecodedBundle bundle)
    {
        _table.Remove(BundleKey.Of(bundle));
        Unlink(bundle);
    }

    private void LinkNewest(DecodedBundle bundle)
    {
        bundle.Older = _newest;
        bundle.Newer = null;
        if (_newest is not null)
        {
            _newest.Newer = bundle;
        }

        _newest = bundle;
        _oldest ??= bundle;
    }

    private void Unlink(DecodedBundle bundle)
    {
        if (bundle.Newer is { } newer)
        {
            newer.Older = bundle.Older;
        }
        else
        {
            _newest = bundle.Older;
        }

        if (bundle.Older is { } older)
        {
            older.Newer = bundle.Newer;
        }
        else
        {
            _oldest = bundle.Newer;
        }

        bundle.Newer = null;
        bundle.Older = null;
    }
}
