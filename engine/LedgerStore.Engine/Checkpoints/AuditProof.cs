// Entries of `_audit` as evidence: read, and proven to be in the tree of a checkpoint that the store's own key signed.
// Any thread.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Checkpoints;

/// <summary>An entry of <c>_audit</c>, or why it proves nothing.</summary>
/// <param name="Entry">Null when it proves nothing.</param>
/// <param name="IsFinal">No later checkpoint changes that.</param>
internal sealed record AuditAnswer(byte[]? Entry, string Why, bool IsFinal)
{
    public static AuditAnswer Not(string why, bool isFinal) => new(null, why, isFinal);
}

/// <summary>Reads what <c>_audit</c> says.</summary>
/// <param name="isReadOnly">Nothing is deleted, so that who has not the store's key at hand may read.</param>
internal sealed class AuditProof(
    Catalog catalog, OpenLedgers ledgers, StoreKeys keys, bool isReadOnly)
{
    // The newest checkpoint whose signature was checked. Replaced, never changed.
    private volatile CheckpointRecord? _checked;

    /// <summary>Reads an entry and proves it by the newest checkpoint.</summary>
    /// <remarks>Without a key there is nobody's signature to check: in a store that has no key log, and in one that is
    /// opened for reading only without its key. There what <c>_audit</c> holds, under its checkpoint if there is one,
    /// is all that anybody has.</remarks>
    public AuditAnswer Read(long index) => Read(index, believesEnd: false);

    /// <summary>The same, and what is not signed yet is believed: it is signed in a moment, and what it says counts
    /// from the moment it was said.</summary>
    public AuditAnswer ReadSaid(long index) => Read(index, believesEnd: true);

    private AuditAnswer Read(long index, bool believesEnd)
    {
        try
        {
            return catalog.Find(LedgerName.Audit) is { } found
                ? Read(ledgers.GetChecked(found.Id), index, believesEnd)
                : AuditAnswer.Not($"there is no {LedgerName.Audit}", isFinal: true);
        }
        catch (Exception unreadable) when (unreadable is StoreException or MalformedDataException
            or VerificationFailedException)
        {
            // Damage confirms nothing. What is damaged may be repaired.
            return AuditAnswer.Not($"{LedgerName.Audit} cannot be read: {unreadable.Message}", isFinal: false);
        }
    }

    private AuditAnswer Read(OpenLedger audit, long index, bool believesEnd)
    {
        if (index < 0 || index >= audit.Durable.Value)
        {
            return AuditAnswer.Not($"{LedgerName.Audit} has no such entry", isFinal: true);
        }

        CheckpointRecord? newest = audit.Newest;
        if ((keys.Current is null && newest is null) || (believesEnd && index >= (newest?.Size ?? 0)))
        {
            return new AuditAnswer(ReadEntry(audit, index), string.Empty, IsFinal: true);
        }

        if (newest is null || newest.Size <= index)
        {
            return AuditAnswer.Not("no checkpoint covers that entry", isFinal: false);
        }

        if (WhyNotOurs(audit, newest) is { } why)
        {
            return AuditAnswer.Not(why, isFinal: false);
        }

        byte[] entry = ReadEntry(audit, index);
        Span<Hash256> proof = stackalloc Hash256[TreeMath.ProofHashesMax];
        proof = proof[..audit.Proofs.Inclusion(index, newest.Size, proof)];
        return InclusionProof.IsValid((ulong)index, (ulong)newest.Size, MerkleHash.Leaf(entry), proof, newest.Root)
            ? new AuditAnswer(entry, string.Empty, IsFinal: true)
            : AuditAnswer.Not($"that entry of {LedgerName.Audit} is not the one that was signed", isFinal: true);
    }

    /// <summary>Why a checkpoint of <c>_audit</c> is not this store's; null when it is.</summary>
    public string? WhyNotOurs(OpenLedger audit, CheckpointRecord newest)
    {
        if (audit.SigningFailure is { } failure)
        {
            return $"{LedgerName.Audit} is not what was signed: {failure.Message}";
        }

        if (keys.Current is null || ReferenceEquals(_checked, newest))
        {
            return null;
        }

        // Refuses a key log whose rotations do not lead to the key that the store signs with: it is a file.
        LogKeySet? set = keys.CheckedKeysOf(audit.Id, audit.Origin);
        VerifierKey? own = keys.OwnKeyOf(audit.Origin);
        if (own is not null && (set is null || !set.Keys[^1].Key.Equals(own)))
        {
            return "the key log does not lead to the key that the store signs with";
        }

        if (own is null && keys.Current is not { Scheme: KeyScheme.Shared } && !isReadOnly)
        {
            return "the store was opened without the key that signs it";
        }

        set?.Open(newest.Note, VerifierKeys.None);
        Checkpoint text = Checkpoint.Parse(SignedNote.Parse(newest.Note).Text);
        if (text.Origin != audit.Origin || (long)text.Size != newest.Size || text.Root != newest.Root)
        {
            return "the record of the newest checkpoint and its note differ";
        }

        _checked = newest;
        return null;
    }

    private static byte[] ReadEntry(OpenLedger audit, long index)
    {
        using BundleLease lease = audit.WaitForEntry(index);
        return lease.Entry((int)(index - lease.FirstIndex)).ToArray();
    }
}
