// Proofs that a cover stands on: an entry is in a ledger, and a bundle is. Pure.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Checks against signed trees.</summary>
internal static class CoverProofs
{
    /// <summary>Checks that an entry is in a ledger at its index.</summary>
    /// <exception cref="VerificationFailedException">It is not.</exception>
    public static void CheckEntry(TreeHead ledger, ProvenEntry entry, string name)
    {
        if (entry.Index >= ledger.Size)
        {
            throw new VerificationFailedException(
                $"{name} is not in '{ledger.Origin}', which has {ledger.Size} entries in the checkpoint");
        }

        Hash256 leaf = MerkleHash.Leaf(entry.Entry);
        if (!InclusionProof.IsValid(entry.Index, ledger.Size, leaf, entry.Path, ledger.Root))
        {
            throw new VerificationFailedException(
                $"{name} is not entry {entry.Index} of '{ledger.Origin}': its path does not lead to the signed root");
        }
    }

    /// <summary>Checks that a bundle has the entries of the ledger, all that the checkpoint covers; returns them.
    /// </summary>
    /// <exception cref="VerificationFailedException">It has not.</exception>
    public static EntryBundle CheckBundle(TreeHead ledger, BundleAnswer answer)
    {
        ulong first = answer.Bundle * EntryBounds.EntriesPerBundle;
        int count = (int)Math.Min(EntryBounds.EntriesPerBundle, ledger.Size - first);
        EntryBundle entries;
        Span<Hash256> leaves = stackalloc Hash256[EntryBounds.EntriesPerBundle];
        try
        {
            entries = EntryBundle.Parse(answer.Entries, count);
        }
        catch (MalformedDataException malformed)
        {
            throw new VerificationFailedException($"bundle {answer.Bundle} is none: {malformed.Message}", malformed);
        }

        _ = Sha256Batch.HashBundle(answer.Entries, leaves[..count]);
        CompactRange range = new();
        range.Append(leaves[..count]);
        ulong bundles = (ledger.Size + EntryBounds.EntriesPerBundle - 1) / EntryBounds.EntriesPerBundle;
        return InclusionProof.TryComputeRoot(answer.Bundle, bundles, range.Root(), answer.Path, out Hash256 root)
            && root == ledger.Root
            ? entries
            : throw new VerificationFailedException(
                $"bundle {answer.Bundle} has other entries than the ledger: its path does not lead to the signed root");
    }
}
