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

    private readonly BundleCacheShard[] _shards =
        [.. Enumerable.Range(0, 1 << ShardBits).Select(_ => new BundleCacheShard())];

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
        BundleCacheShard shard = ShardOf(key);
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
        foreach (BundleCacheShard shard in _shards)
        {
            Interlocked.Add(ref _bytes, -shard.Remove(ledgerId, firstBundle, count));
        }
    }

    private BundleCacheShard ShardOf(in BundleKey key) => _shards[key.Shard(ShardBits)];

    /// <summary>Drops what was used least recently: of this shard, and if it runs empty of the next ones.</summary>
    private void MakeRoom(BundleCacheShard shard)
    {
        int at = Array.IndexOf(_shards, shard);
        for (int i = 0; i < _shards.Length && Bytes > bytesMax; i++)
        {
            BundleCacheShard from = _shards[(at + i) % _shards.Length];
            int keep = i == 0 ? 1 : 0;
            while (Bytes > bytesMax && from.DropOldest(keep) is var dropped and > 0)
            {
                Interlocked.Add(ref _bytes, -dropped);
            }
        }
    }
}
