// Many SHA-256 at once: leaf hashes of a bundle, node hashes of a level, of scattered pairs, of a perfect subtree.
// Picks the widest lanes the processor has; what is too little for lanes is hashed one by one.
// Any thread; pure. Spans may lie in mapped or pinned memory. Nothing is allocated.
using System.Numerics;
using System.Runtime.Intrinsics;

namespace LedgerStore.Proofs;

/// <summary>Merkle hashes of many messages, computed side by side in vector registers.</summary>
public static class Sha256Batch
{
    /// <summary>
    /// Hashes the <paramref name="leaves"/>.Length entries at the front of <paramref name="bundle"/>, each of them a
    /// big-endian 16-bit length and that many bytes.
    /// </summary>
    /// <returns>How many bytes of the bundle these entries take.</returns>
    /// <exception cref="MalformedDataException">The bundle ends before the last of them does.</exception>
    public static int HashBundle(ReadOnlySpan<byte> bundle, Span<Hash256> leaves) =>
        HashBundle(Sha256Paths.Best, bundle, leaves);

    /// <summary>parents[i] = node(children[2i], children[2i + 1]).</summary>
    /// <param name="parents">Half as many as the children; may be the front of their span.</param>
    public static void HashNodes(ReadOnlySpan<Hash256> children, Span<Hash256> parents) =>
        HashNodes(Sha256Paths.Best, children, parents);

    /// <summary>parents[i] = node(left[i], right[i]).</summary>
    /// <param name="parents">As many as there are pairs; may be the span of either side.</param>
    public static void HashPairs(ReadOnlySpan<Hash256> left, ReadOnlySpan<Hash256> right, Span<Hash256> parents) =>
        HashPairs(Sha256Paths.Best, left, right, parents);

    /// <summary>The root of a perfect subtree.</summary>
    /// <param name="leaves">Its lowest hashes: a power of two of them.</param>
    /// <param name="scratch">As long as the leaves (or the leaves themselves, if they may go); overwritten.</param>
    public static Hash256 PerfectRoot(ReadOnlySpan<Hash256> leaves, Span<Hash256> scratch) =>
        PerfectRoot(Sha256Paths.Best, leaves, scratch);

    internal static int HashBundle(Sha256Path path, ReadOnlySpan<byte> bundle, Span<Hash256> leaves)
    {
        return path switch
        {
            Sha256Path.Lanes16 => Sha256Lanes.HashBundle<Lanes16, Vector512<uint>>(bundle, leaves),
            Sha256Path.Lanes8 => Sha256Lanes.HashBundle<Lanes8, Vector256<uint>>(bundle, leaves),
            _ => Sha256Single.HashBundle(path, bundle, 0, leaves),
        };
    }

    internal static void HashNodes(Sha256Path path, ReadOnlySpan<Hash256> children, Span<Hash256> parents)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(children.Length, 2L * parents.Length, nameof(children));
        switch (path)
        {
            case Sha256Path.Lanes16:
                Sha256Lanes.HashNodes<Lanes16, Vector512<uint>>(children, parents);
                break;
            case Sha256Path.Lanes8:
                Sha256Lanes.HashNodes<Lanes8, Vector256<uint>>(children, parents);
                break;
            default:
                Sha256Single.HashNodes(path, children, parents);
                break;
        }
    }

    internal static void HashPairs(
        Sha256Path path, ReadOnlySpan<Hash256> left, ReadOnlySpan<Hash256> right, Span<Hash256> parents)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(left.Length, parents.Length, nameof(left));
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, parents.Length, nameof(right));
        switch (path)
        {
            case Sha256Path.Lanes16:
                Sha256Lanes.HashPairs<Lanes16, Vector512<uint>>(left, right, parents);
                break;
            case Sha256Path.Lanes8:
                Sha256Lanes.HashPairs<Lanes8, Vector256<uint>>(left, right, parents);
                break;
            default:
                Sha256Single.HashPairs(path, left, right, parents);
                break;
        }
    }

    internal static Hash256 PerfectRoot(Sha256Path path, ReadOnlySpan<Hash256> leaves, Span<Hash256> scratch)
    {
        if (!BitOperations.IsPow2(leaves.Length))
        {
            throw new ArgumentException($"{leaves.Length} is not a power of two", nameof(leaves));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, leaves.Length, nameof(scratch));
        ReadOnlySpan<Hash256> level = leaves;
        while (level.Length > 1)
        {
            Span<Hash256> parents = scratch[..(level.Length / 2)];
            HashNodes(path, level, parents);
            level = parents;
        }

        return level[0];
    }
}
