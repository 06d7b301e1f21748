// Proofs, receipts, tiles and bundles of one ledger: what verifiers get, and never anything beyond what is published.
// Any thread.
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Answers those who verify.</summary>
internal sealed class LedgerProofs(OpenLedger ledger)
{
    private long PublishedSize => ledger.Newest?.Size ?? 0;

    /// <summary>The hashes that show that an entry is in the tree of a size.</summary>
    /// <returns>How many.</returns>
    public int Inclusion(long index, long size, Span<Hash256> proof)
    {
        CheckSize(size);
        CheckIndex(index, size);
        try
        {
            return InclusionProof.Build((ulong)index, (ulong)size, ledger.Nodes, proof);
        }
        catch (InvalidOperationException missing)
        {
            throw Lost(missing);
        }
    }

    /// <summary>The hashes that lead from a node to the root of a size; the node may be cut off by the tree's end.
    /// </summary>
    public Hash256[] Node(int level, long index, long size)
    {
        CheckSize(size);
        CheckIndex(index << level, size);
        try
        {
            Span<Hash256> proof = stackalloc Hash256[TreeMath.ProofHashesMax];
            NodeCoordinate node = new(level, (ulong)index);
            return proof[..InclusionProof.Build(node, (ulong)size, ledger.Nodes, proof)].ToArray();
        }
        catch (InvalidOperationException missing)
        {
            throw Lost(missing);
        }
    }

    /// <summary>The hashes that show that a tree goes on from an older one.</summary>
    /// <returns>How many.</returns>
    public int Consistency(long from, long to, Span<Hash256> proof)
    {
        CheckSize(to);
        if (from < 1 || from > to)
        {
            throw Invalid(
                $"a consistency proof leads from a size of at least 1 to one that is not smaller, not from {from:N0} "
                + $"to {to:N0}");
        }

        try
        {
            return ConsistencyProof.Build((ulong)from, (ulong)to, ledger.Nodes, proof);
        }
        catch (InvalidOperationException missing)
        {
            throw Lost(missing);
        }
    }

    /// <summary>The root of the tree of a size, published or not, from its tiles.</summary>
    public Hash256 Root(long size)
    {
        try
        {
            return TreeRoots.FromNodes(ledger.Nodes, size);
        }
        catch (InvalidOperationException missing)
        {
            throw Lost(missing);
        }
    }

    /// <summary>The hash of an entry that a published checkpoint covers.</summary>
    public Hash256 LeafHash(long index)
    {
        CheckIndex(index, PublishedSize);
        try
        {
            Hash256 leaf = default;
            ledger.Nodes.ReadNodes([new NodeCoordinate(0, (ulong)index)], new Span<Hash256>(ref leaf));
            return leaf;
        }
        catch (InvalidOperationException missing)
        {
            throw Lost(missing);
        }
    }

    /// <summary>The root of a perfect subtree: of 2^level entries, from index * 2^level on.</summary>
    public Hash256 SubtreeRoot(int level, long index)
    {
        try
        {
            Hash256 root = default;
            ledger.Nodes.ReadNodes([new NodeCoordinate(level, (ulong)index)], new Span<Hash256>(ref root));
            return root;
        }
        catch (InvalidOperationException missing)
        {
            throw Lost(missing);
        }
    }

    /// <summary>An entry's receipt with a checkpoint. It is verified before it is given: it may be kept for
    /// years.</summary>
    public byte[] MakeReceipt(long index, PublishedCheckpoint checkpoint)
    {
        Span<Hash256> proof = stackalloc Hash256[TreeMath.ProofHashesMax];
        proof = proof[..Inclusion(index, checkpoint.Size, proof)];
        if (!InclusionProof.IsValid((ulong)index, (ulong)checkpoint.Size, LeafHash(index), proof, checkpoint.Root))
        {
            throw Lost(new InvalidOperationException("the stored hashes do not lead to the signed root"));
        }

        return Receipt.Create((ulong)index, proof, SignedNote.Parse(checkpoint.Note.Span), default).Format();
    }

    /// <summary>A tile, as C2SP tlog-tiles serves it.</summary>
    /// <param name="width">256, or fewer for a partial one.</param>
    /// <returns>Null when the published tree has no such tile.</returns>
    public byte[]? TryReadTile(int level, long index, int width)
    {
        if (!IsPublished(level, index, width))
        {
            return null;
        }

        Span<Hash256> hashes = stackalloc Hash256[TilePath.FullWidth];
        return ledger.Tiles.ReadTile(level, (ulong)index, hashes) >= width
            ? Hash256.BytesOf(hashes[..width]).ToArray()
            : throw Lost(new InvalidOperationException(
                $"tile {index} of level {level} has fewer than {width} hashes"));
    }

    /// <summary>A bundle of entries, as C2SP tlog-tiles serves it.</summary>
    /// <returns>Null when the published tree has no such bundle.</returns>
    /// <exception cref="StoreException">DataLoss, Expired or TierAway.</exception>
    public byte[]? TryReadEntryBundle(long bundle, int width)
    {
        if (!IsPublished(0, bundle, width))
        {
            return null;
        }

        // A cold bundle is waited for: who asks for a tile has one answer, and no stream to put it into later.
        using BundleLease lease = ledger.WaitForBundle(bundle, 0);
        return lease.Entries >= width
            ? lease.Range(0, width).ToArray()
            : throw Lost(new InvalidOperationException($"bundle {bundle} has fewer than {width} entries"));
    }

    private bool IsPublished(int level, long index, int width) =>
        level is >= 0 and <= TilePath.LevelMax && index >= 0 && width is > 0 and <= TilePath.FullWidth
        && TilePath.WidthIn((ulong)PublishedSize, level, (ulong)index) >= width;

    private void CheckSize(long size)
    {
        long published = PublishedSize;
        if (size > published)
        {
            throw Invalid(
                $"size {size:N0} is beyond the newest checkpoint, {published:N0}; wait for a checkpoint that covers "
                + "it");
        }
    }

    private void CheckIndex(long index, long size)
    {
        if (index < 0 || index >= size)
        {
            throw Invalid($"entry {index:N0} is not in the tree of {size:N0} entries");
        }
    }

    private StoreException Invalid(string what) =>
        new(StoreReason.InvalidArgument, $"ledger '{ledger.Name}': {what}");

    private StoreException Lost(Exception cause)
    {
        OpenLedger log = ledger;
        string why = log.DamageText is { } damage ? $"{damage}. {cause.Message}" : cause.Message;
        bool isEndLost = log.Damage is not null && log.FoundSize < log.Durable.Value;
        return new StoreException(
            StoreReason.DataLoss,
            $"ledger '{log.Name}': hashes of the tree are damaged or missing. {why}. Run verify on the data directory",
            cause)
        {
            FirstIndex = isEndLost ? log.FoundSize : -1,
            Count = isEndLost ? log.Durable.Value - log.FoundSize : 0,
        };
    }
}
