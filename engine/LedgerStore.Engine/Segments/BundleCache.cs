// The decoded bundles that were read or written last, within a bound of bytes. Owned by the store; any thread.
// Sixteen shards, each with its own lock, table and order of use: a hit holds one lock for some tens of nanoseconds.

using System.Diagnostics.CodeAnalysis;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>A cache of full bundles, and of chunks of full bundles that single entries were read from.</summary>
/// <param name="bytesMax">Memory of all cached bundles. 0 caches nothing.</param>
internal sealed class BundleCache(BundlePool pool, long bytesMax)
{
    /// <summary>A bundle larger than this part of the cache is not kept: it would drive out too many others.</summary>
    private const int LargestPart = 4;

    private const int ShardBits = 4;

    private readonly Shard[] _shards =
        [.. Enumerable.Range(0, 1 << ShardBits).Select(_ => new Shard())];

    private long _bytes;
    private long _stamp;

    /// <summary>Memory of all cached bundles.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public long Hits => _shards.Sum(shard => shard.Hits);

    public long Misses => _shards.Sum(shard => shard.Misses);

    /// <summary>Taken before the segments are looked up; <see cref="Add"/> refuses what was read before an
    /// invalidation, so that an expired bundle does not come back.</summary>
    public long Stamp => Volatile.Read(ref _stamp);

    public bool TryGet(uint ledgerId, long bundleIndex, out BundleLease lease)
    {
        BundleKey key = new(ledgerId, bundleIndex, 0);
        if (ShardOf(key).Find(key) is { } bundle)
        {
            lease = new BundleLease(bundle);
            return true;
        }

        lease = default;
        return false;
    }

    /// <summary>The chunk of a bundle that is not here as a whole: the miss that said so becomes a hit.</summary>
    public bool TryGetChunk(in BlockIdentity bundle, int firstEntry, [NotNullWhen(true)] out DecodedBundle? chunk)
    {
        BundleKey key = BundleKey.Of(bundle, firstEntry);
        chunk = ShardOf(key).FindInstead(key);
        return chunk is not null;
    }

    /// <summary>Adds a full bundle, or a chunk of one, that was decoded; the caller keeps his reference.</summary>
    /// <param name="stamp">The <see cref="Stamp"/> of before the bundle was looked up.</param>
    public void Add(DecodedBundle bundle, long stamp)
    {
        if (bundle.Capacity > bytesMax / LargestPart)
        {
            return;
        }

        BundleKey key = BundleKey.Of(bundle);
        Shard shard = ShardOf(key);
        if (!shard.Add(key, bundle, ref _stamp, stamp))
        {
            return;
        }

        Interlocked.Add(ref _bytes, bundle.Capacity);
        MakeRoom(shard);
    }

    /// <summary>Adds a bundle that was just written: recent entries are what is read most.</summary>
    public void AddCopy(uint ledgerId, long bundleIndex, ReadOnlySpan<byte> bytes)
    {
        long stamp = Stamp;
        DecodedBundle bundle = pool.Rent(
            ledgerId,
            bundleIndex * StoreLimits.EntriesPerBundle,
            StoreLimits.EntriesPerBundle,
            bytes.Length);
        bytes.CopyTo(bundle.Buffer);
        BundleFormat.Index(bytes, bundle.Offsets);
        Add(bundle, stamp);
        bundle.Release();
    }

    /// <summary>Forgets bundles of a ledger. Bundles that are being read stay with their readers.</summary>
    public void Invalidate(uint ledgerId, long firstBundle, long count)
    {
        // The stamp first: who adds later is refused, who added before is found below.
        Interlocked.Increment(ref _stamp);
        foreach (Shard shard in _shards)
        {
            Interlocked.Add(ref _bytes, -shard.Remove(ledgerId, firstBundle, count));
        }
    }

    private Shard ShardOf(in BundleKey key) => _shards[key.Shard(ShardBits)];

    /// <summary>Drops what was used least recently: of this shard, and if it runs empty of the next ones.</summary>
    private void MakeRoom(Shard shard)
    {
        int at = Array.IndexOf(_shards, shard);
        for (int i = 0; i < _shards.Length && Bytes > bytesMax; i++)
        {
            Shard from = _shards[(at + i) % _shards.Length];
            int keep = i == 0 ? 1 : 0;
            while (Bytes > bytesMax && from.DropOldest(keep) is var dropped and > 0)
            {
                Interlocked.Add(ref _bytes, -dropped);
            }
        }
    }

    /// <summary>A table of bundles with the order of their use.</summary>
    private sealed class Shard
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
                    if (key.LedgerId == ledgerId
                        && key.BundleIndex >= firstBundle && key.BundleIndex - firstBundle < count)
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

    /// <summary>A bundle of a ledger, or a chunk of it.</summary>
    /// <param name="Part">0: all of it. Else the slot of the chunk's first entry, and one.</param>
    private readonly record struct BundleKey(uint LedgerId, long BundleIndex, int Part)
    {
        // 2^64 / golden ratio: neighbours, which are what is read together, land far apart.
        private const ulong Spread = 0x9E37_79B9_7F4A_7C15;

        public static BundleKey Of(DecodedBundle bundle) =>
            bundle.Entries == StoreLimits.EntriesPerBundle
                ? new(bundle.LedgerId, bundle.FirstIndex / StoreLimits.EntriesPerBundle, 0)
                : Of(BlockIdentity.Of(bundle.LedgerId, bundle.FirstIndex / StoreLimits.EntriesPerBundle),
                    (int)(bundle.FirstIndex % StoreLimits.EntriesPerBundle));

        /// <summary>The chunk of a bundle that begins at a slot.</summary>
        public static BundleKey Of(in BlockIdentity bundle, int firstEntry) =>
            new(bundle.LedgerId, bundle.BundleIndex, firstEntry + 1);

        /// <summary>The top bits of the hash, the same for a bundle and its chunks; the table uses the ones below them.
        /// </summary>
        public int Shard(int bits) => (int)(Hash >> (64 - bits));

        public override int GetHashCode() => (int)(Hash >> 16) ^ (Part << 8);

        private ulong Hash => ((ulong)BundleIndex + ((ulong)LedgerId << 40)) * Spread;
    }
}
