// The part of an inclusion proof that lies left of its leaf: the perfect subtrees that everything before it consists
// of.
// Pure functions; any thread.

using LedgerStore.Proofs;

namespace LedgerStore.Client;

internal static class LeftSide
{
    /// <summary>The subtrees of [0, index), from left to right, out of a valid inclusion proof of that index.</summary>
    /// <remarks>
    /// On the way up, the sibling is on the left where the index has a bit, and where the node is the last one of its
    /// level: there the levels without a sibling are skipped. The widths of the left ones are the bits of the index.
    /// </remarks>
    internal static Hash256[] Of(ulong index, ulong size, ReadOnlySpan<Hash256> proof)
    {
        List<Hash256> left = [];
        ulong node = index;
        ulong last = size - 1;
        foreach (ref readonly Hash256 sibling in proof)
        {
            if ((node & 1) != 0 || node == last)
            {
                left.Add(sibling);
                while ((node & 1) == 0 && node != 0)
                {
                    node >>= 1;
                    last >>= 1;
                }
            }

            node >>= 1;
            last >>= 1;
        }

        left.Reverse();
        return [.. left];
    }
}
