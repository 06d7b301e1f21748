// Names a bundle in the cache. Immutable: any thread.


namespace LedgerStore.Engine.Segments;

/// <summary>A bundle of a ledger.</summary>
internal readonly record struct BundleKey(uint LedgerId, long BundleIndex)
{
    // 2^64 / golden ratio: neighbours, which are what is read together, land far apart.
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;

    public static BundleKey Of(DecodedBundle bundle) =>
        new(bundle.LedgerId, bundle.FirstIndex / StoreLimits.EntriesPerBundle);

    /// <summary>The top bits of the hash; the table uses the ones below them.</summary>
    public int Shard(int bits) => (int)(Hash >> (64 - bits));

    public override int GetHashCode() => (int)(Hash >> 16);

    private ulong Hash => ((ulong)BundleIndex + ((ulong)LedgerId << 40)) * Spread;
}
