// Names a bundle in the cache. Immutable: any thread.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>A bundle of a ledger, or a chunk of it.</summary>
/// <param name="Part">0: all of it. Else the slot of the chunk's first entry, and one.</param>
internal readonly record struct BundleKey(uint LedgerId, long BundleIndex, int Part)
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
