// "The tree of size `from` is what the tree of size `to` started with" (RFC 9162, 2.1.4): nothing was changed or taken
// out. Verifying trusts nothing but the two roots.
// Any thread; pure. The verifier allocates nothing.
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LedgerStore.Proofs;

/// <summary>Builds and checks proofs that one tree is a prefix of another.</summary>
public static class ConsistencyProof
{
    /// <summary>Builds the proof into <paramref name="proof"/>; 65 hashes always suffice.</summary>
    /// <param name="from">The smaller size, at least 1: everything is consistent with an empty tree.</param>
    /// <returns>How many hashes it has; none when the sizes are equal.</returns>
    [SkipLocalsInit]
    public static int Build(ulong from, ulong to, INodeSource source, Span<Hash256> proof)
    {
        Span<NodeCoordinate> nodes = stackalloc NodeCoordinate[ProofPlan.NodesMax];
        Span<Hash256> hashes = stackalloc Hash256[ProofPlan.NodesMax];
        ProofPlan plan = ProofPlan.Consistency(from, to, nodes);
        if (plan.Nodes.IsEmpty)
        {
            return 0;
        }

        hashes = hashes[..plan.Nodes.Length];
        source.ReadNodes(plan.Nodes, hashes);
        return plan.Fold(hashes, proof);
    }

    /// <summary>Builds the proof.</summary>
    public static Hash256[] Build(ulong from, ulong to, INodeSource source)
    {
        var proof = new Hash256[TreeMath.ConsistencyProofLength(from, to)];
        _ = Build(from, to, source, proof);
        return proof;
    }

    /// <summary>Whether the first tree is a prefix of the second. False for a first tree without leaves.</summary>
    /// <remarks>RFC 9162, 2.1.4.2: fr and sr are the two roots as far as the proof has led.</remarks>
    public static bool IsValid(
        ulong from, ulong to, in Hash256 fromRoot, in Hash256 toRoot, ReadOnlySpan<Hash256> proof)
    {
        if (from == 0 || from > to)
        {
            return false;
        }

        if (from == to)
        {
            return proof.IsEmpty && fromRoot == toRoot;
        }

        if (proof.IsEmpty)
        {
            return false;
        }

        // A perfect old tree is itself where the proof starts, and is not repeated in it.
        bool perfect = BitOperations.IsPow2(from);
        Hash256 fr = perfect ? fromRoot : proof[0];
        Hash256 sr = fr;
        int level = BitOperations.TrailingZeroCount(from);
        ulong fn = (from - 1) >> level;
        ulong sn = (to - 1) >> level;
        foreach (ref readonly Hash256 sibling in perfect ? proof : proof[1..])
        {
            if (sn == 0)
            {
                return false;
            }

            if (InclusionProof.IsRightChild(fn, sn))
            {
                fr = MerkleHash.Node(sibling, fr);
                sr = MerkleHash.Node(sibling, sr);
            }
            else
            {
                sr = MerkleHash.Node(sr, sibling);
            }

            InclusionProof.StepUp(ref fn, ref sn);
        }

        return sn == 0 && fr == fromRoot && sr == toRoot;
    }

    /// <summary>Throws unless the first tree is a prefix of the second.</summary>
    /// <exception cref="VerificationFailedException">It is not, or the proof does not show it.</exception>
    public static void Verify(
        ulong from, ulong to, in Hash256 fromRoot, in Hash256 toRoot, ReadOnlySpan<Hash256> proof)
    {
        if (!IsValid(from, to, fromRoot, toRoot, proof))
        {
            throw new VerificationFailedException(
                $"the consistency proof of {proof.Length} hashes does not show that the tree of size {from} with " +
                $"root {fromRoot} is a prefix of the tree of size {to} with root {toRoot}");
        }
    }
}
