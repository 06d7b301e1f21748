// Many inclusion proofs against one root that is verified already: the lanes of the hasher work across the proofs,
// each proof one step at a time.
// Any thread; pure. Nothing is allocated.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

/// <summary>Checks many inclusion proofs of one tree at once, many times as fast as one by one.</summary>
public static class InclusionBatch
{
    // Four passes of 16 lanes, so that they stay full when some proofs are shorter. About 10 KiB of stack.
    private const int GroupMax = 64;

    /// <summary>Finds the first proof that does not hold.</summary>
    /// <param name="indexes">Where each leaf is said to be.</param>
    /// <param name="leafHashes">One for each index.</param>
    /// <param name="proofs">
    /// The proofs one after the other, each with <see cref="TreeMath.InclusionProofLength"/> hashes.
    /// </param>
    /// <returns>
    /// Its position, or -1 when all of them hold. Hashes that are missing or left over count against the last proof.
    /// </returns>
    public static int FindInvalid(
        ReadOnlySpan<ulong> indexes,
        ulong size,
        ReadOnlySpan<Hash256> leafHashes,
        ReadOnlySpan<Hash256> proofs,
        in Hash256 root)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(leafHashes.Length, indexes.Length, nameof(leafHashes));
        int done = 0;
        while (done < indexes.Length)
        {
            int count = Math.Min(indexes.Length - done, GroupMax);
            int valid = CountValid(
                indexes.Slice(done, count), size, leafHashes.Slice(done, count), root, ref proofs);
            if (valid < count)
            {
                return done + valid;
            }

            done += count;
        }

        return proofs.IsEmpty ? -1 : Math.Max(indexes.Length - 1, 0);
    }

    /// <summary>Throws unless every proof holds.</summary>
    /// <exception cref="VerificationFailedException">One does not; the message says which.</exception>
    public static void Verify(
        ReadOnlySpan<ulong> indexes,
        ulong size,
        ReadOnlySpan<Hash256> leafHashes,
        ReadOnlySpan<Hash256> proofs,
        in Hash256 root)
    {
        int invalid = FindInvalid(indexes, size, leafHashes, proofs, root);
        if (invalid >= 0)
        {
            throw new VerificationFailedException(
                $"inclusion proof {invalid} of {indexes.Length} does not hold in the tree of size {size} " +
                $"with root {root}");
        }
    }

    /// <summary>How many proofs hold before one that does not; their hashes are taken off the front.</summary>
    [SkipLocalsInit]
    private static int CountValid(
        ReadOnlySpan<ulong> indexes,
        ulong size,
        ReadOnlySpan<Hash256> leafHashes,
        in Hash256 root,
        ref ReadOnlySpan<Hash256> proofs)
    {
        Span<Walk> walks = stackalloc Walk[GroupMax];
        Span<Hash256> roots = stackalloc Hash256[GroupMax];
        int count = Start(indexes, size, walks, ref proofs, out ReadOnlySpan<Hash256> hashes);
        leafHashes[..count].CopyTo(roots);
        Climb(walks[..count], hashes, roots);

        int valid = 0;
        while (valid < count && roots[valid] == root)
        {
            valid++;
        }

        return valid;
    }

    /// <summary>Finds each walk's hashes; stops at the first that cannot have a proof at all.</summary>
    private static int Start(
        ReadOnlySpan<ulong> indexes,
        ulong size,
        scoped Span<Walk> walks,
        ref ReadOnlySpan<Hash256> proofs,
        out ReadOnlySpan<Hash256> hashes)
    {
        int next = 0;
        int count = 0;
        foreach (ulong index in indexes)
        {
            int length = index < size ? TreeMath.InclusionProofLength(index, size) : int.MaxValue;
            if (length > proofs.Length - next)
            {
                break;
            }

            walks[count++] = new Walk { Fn = index, Sn = size - 1, Next = next, End = next + length };
            next += length;
        }

        hashes = proofs[..next];
        proofs = proofs[next..];
        return count;
    }

    /// <summary>One step of every walk at a time, until all are at the root.</summary>
    [SkipLocalsInit]
    private static void Climb(Span<Walk> walks, ReadOnlySpan<Hash256> hashes, Span<Hash256> roots)
    {
        Span<Hash256> left = stackalloc Hash256[GroupMax];
        Span<Hash256> right = stackalloc Hash256[GroupMax];
        Span<int> climbing = stackalloc int[GroupMax];
        while (true)
        {
            int count = 0;
            for (int i = 0; i < walks.Length; i++)
            {
                ref Walk walk = ref walks[i];
                if (walk.Next == walk.End)
                {
                    continue;
                }

                bool siblingIsLeft = InclusionProof.IsRightChild(walk.Fn, walk.Sn);
                left[count] = siblingIsLeft ? hashes[walk.Next] : roots[i];
                right[count] = siblingIsLeft ? roots[i] : hashes[walk.Next];
                climbing[count++] = i;
                walk.Next++;
                InclusionProof.StepUp(ref walk.Fn, ref walk.Sn);
            }

            if (count == 0)
            {
                return;
            }

            Sha256Batch.HashPairs(left[..count], right[..count], left[..count]);
            for (int i = 0; i < count; i++)
            {
                roots[climbing[i]] = left[i];
            }
        }
    }

    /// <summary>One proof on its way up: RFC 9162's fn and sn, and its next and last hash.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Walk
    {
        public ulong Fn;
        public ulong Sn;
        public int Next;
        public int End;
    }
}
