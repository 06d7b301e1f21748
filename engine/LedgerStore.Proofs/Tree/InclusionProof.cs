// "This entry is number `index` in the tree that has this root" (RFC 9162, 2.1.3). Verifying trusts nothing but the
// root: index, size and proof come from whoever wants to convince us.
// Any thread; pure. The verifiers allocate nothing.
using System.Runtime.CompilerServices;

namespace LedgerStore.Proofs;

/// <summary>Builds and checks proofs that a leaf is part of a tree.</summary>
public static class InclusionProof
{
    /// <summary>Builds the proof into <paramref name="proof"/>; 65 hashes always suffice.</summary>
    /// <returns>How many hashes it has.</returns>
    public static int Build(ulong index, ulong size, INodeSource source, Span<Hash256> proof)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        return Build(new NodeCoordinate(0, index), size, source, proof);
    }

    /// <summary>Builds the path of a node, which may be cut off by the tree's right edge: that of leaf <c>index</c> in
    /// a tree of size / 2^level leaves, rounded up.</summary>
    /// <returns>How many hashes it has.</returns>
    [SkipLocalsInit]
    public static int Build(NodeCoordinate node, ulong size, INodeSource source, Span<Hash256> proof)
    {
        Span<NodeCoordinate> nodes = stackalloc NodeCoordinate[ProofPlan.NodesMax];
        Span<Hash256> hashes = stackalloc Hash256[ProofPlan.NodesMax];
        ProofPlan plan = ProofPlan.Node(node, size, nodes);
        hashes = hashes[..plan.Nodes.Length];
        source.ReadNodes(plan.Nodes, hashes);
        return plan.Fold(hashes, proof);
    }

    /// <summary>Builds the proof.</summary>
    public static Hash256[] Build(ulong index, ulong size, INodeSource source)
    {
        var proof = new Hash256[TreeMath.InclusionProofLength(index, size)];
        _ = Build(index, size, source, proof);
        return proof;
    }

    /// <summary>Whether the leaf hash is at the index of the tree that has this size and root.</summary>
    public static bool IsValid(
        ulong index, ulong size, in Hash256 leafHash, ReadOnlySpan<Hash256> proof, in Hash256 root) =>
        TryComputeRoot(index, size, leafHash, proof, out Hash256 computed) && computed == root;

    /// <summary>Throws unless the leaf hash is at the index of the tree that has this size and root.</summary>
    /// <exception cref="VerificationFailedException">It is not, or the proof does not show it.</exception>
    public static void Verify(
        ulong index, ulong size, in Hash256 leafHash, ReadOnlySpan<Hash256> proof, in Hash256 root)
    {
        if (!IsValid(index, size, leafHash, proof, root))
        {
            throw new VerificationFailedException(
                $"the inclusion proof of {proof.Length} hashes does not show leaf {leafHash} at index {index} " +
                $"of the tree of size {size} with root {root}");
        }
    }

    /// <summary>The root that the proof leads to; false when it cannot be a proof for this index and size.</summary>
    /// <remarks>RFC 9162, 2.1.3.2: fn and sn are the index and the last index, level by level.</remarks>
    public static bool TryComputeRoot(
        ulong index, ulong size, in Hash256 leafHash, ReadOnlySpan<Hash256> proof, out Hash256 root)
    {
        root = leafHash;
        if (index >= size)
        {
            return false;
        }

        ulong fn = index;
        ulong sn = size - 1;
        foreach (ref readonly Hash256 sibling in proof)
        {
            if (sn == 0)
            {
                return false;
            }

            root = IsRightChild(fn, sn) ? MerkleHash.Node(sibling, root) : MerkleHash.Node(root, sibling);
            StepUp(ref fn, ref sn);
        }

        return sn == 0;
    }

    /// <summary>Whether the sibling of the next step stands to the left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsRightChild(ulong fn, ulong sn) => (fn & 1) != 0 || fn == sn;

    /// <summary>To the parent; from the right edge, on to the next level that has a left sibling.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StepUp(ref ulong fn, ref ulong sn)
    {
        if (IsRightChild(fn, sn))
        {
            while ((fn & 1) == 0 && fn != 0)
            {
                fn >>= 1;
                sn >>= 1;
            }
        }

        fn >>= 1;
        sn >>= 1;
    }
}
