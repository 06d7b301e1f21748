// The root of a ledger's tree at a size, computed in two ways that share nothing but the leaves: from the right edge
// that the bundler keeps, and from the nodes that tiles hold. What is signed comes from the first and is proven by the
// second.
// Stateless; any thread.
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Computes roots.</summary>
internal static class TreeRoots
{
    /// <summary>From the right edge: the tree of everything that is durable and hashed.</summary>
    /// <param name="size">How many entries that is.</param>
    public static Hash256 FromEdge(OpenLedger ledger, out long size)
    {
        CompactRange tree = new();
        Span<Hash256> leaves = stackalloc Hash256[StoreLimits.EntriesPerBundle];
        int copied = ledger.Tail.CopyEdge(ledger, tree, leaves, out size);
        long full = (long)tree.Size;
        int rest = (int)(size - full);
        if (copied < rest)
        {
            // The open bundle rests: its entries and their hashes are in a partial block.
            copied = ledger.Segments.ReadLeaves(full / StoreLimits.EntriesPerBundle, leaves);
        }

        Invariant.That(copied >= rest, "what is hashed is in memory or in a block");
        tree.Append(leaves[..rest]);
        return tree.Root();
    }

    /// <summary>From the nodes of the tree.</summary>
    public static Hash256 FromNodes(INodeSource nodes, long size)
    {
        Span<NodeCoordinate> places = stackalloc NodeCoordinate[TreeMath.RangeNodesMax];
        Span<Hash256> hashes = stackalloc Hash256[TreeMath.RangeNodesMax];
        int count = TreeMath.Decompose(0, (ulong)size, places);
        if (count > 0)
        {
            nodes.ReadNodes(places[..count], hashes[..count]);
        }

        return CompactRange.RootOf((ulong)size, hashes[..count]);
    }

    /// <summary>Proves by the nodes that a tree goes on from an older one.</summary>
    /// <returns>False when the nodes lead to another old root, or to another new one.</returns>
    public static bool IsConsistent(INodeSource nodes, long oldSize, in Hash256 oldRoot, long size, in Hash256 root)
    {
        if (oldSize == 0)
        {
            return FromNodes(nodes, size) == root;
        }

        Span<Hash256> proof = stackalloc Hash256[TreeMath.ProofHashesMax];
        int count = ConsistencyProof.Build((ulong)oldSize, (ulong)size, nodes, proof);
        return ConsistencyProof.IsValid((ulong)oldSize, (ulong)size, oldRoot, root, proof[..count]);
    }
}
