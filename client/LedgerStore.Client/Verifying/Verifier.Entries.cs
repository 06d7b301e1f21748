// The verifier on entries: inclusion, receipts, and the left side of the tree that a verified read begins and ends
// with.
// Any thread.

using Grpc.Core;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using InclusionProof = LedgerStore.Proofs.InclusionProof;
using Receipt = LedgerStore.Proofs.Receipt;

namespace LedgerStore.Client;

public sealed partial class Verifier
{
    /// <summary>
    /// Verifies that an entry is in the ledger at its index, and returns the checkpoint that says so.
    /// </summary>
    /// <exception cref="LedgerViolationException">It is not, or the server does not show it.</exception>
    public Task<VerifiedCheckpoint> VerifyInclusionAsync(
        LedgerEntry entry, CancellationToken cancellationToken = default) =>
        VerifyInclusionAsync(entry.Index, entry.LeafHash, entry.Bytes, cancellationToken);

    /// <summary>Verifies that the entry with a leaf hash is in the ledger at an index.</summary>
    /// <exception cref="LedgerViolationException">It is not, or the server does not show it.</exception>
    public Task<VerifiedCheckpoint> VerifyInclusionAsync(
        ulong index, Hash256 leaf, CancellationToken cancellationToken = default) =>
        VerifyInclusionAsync(index, leaf, default, cancellationToken);

    /// <summary>Gets a receipt for an entry, waiting for the checkpoint that covers it, and verifies it.</summary>
    /// <exception cref="LedgerViolationException">The receipt does not show the entry, or contradicts what was seen.
    /// </exception>
    public async Task<Receipt> GetReceiptAsync(LedgerEntry entry, CancellationToken cancellationToken = default)
    {
        Receipt receipt = await AskReceiptAsync(entry.Index, cancellationToken).ConfigureAwait(false);
        VerifiedCheckpoint checkpoint = await AcceptAsync(receipt.Checkpoint.ToArray(), cancellationToken)
            .ConfigureAwait(false);
        if (receipt.Index != entry.Index || !InclusionProof.IsValid(
            entry.Index, checkpoint.Size, entry.LeafHash, receipt.Proof, checkpoint.Root))
        {
            throw WrongInclusion(checkpoint, entry.Index, entry.LeafHash, entry.Bytes, receipt.Proof.ToArray());
        }

        return receipt;
    }

    /// <summary>
    /// Makes a receipt for an entry with a checkpoint that was verified before, and with the entry inside: the receipts
    /// of many entries then have one checkpoint.
    /// </summary>
    /// <exception cref="LedgerViolationException">The server does not show the entry in that tree.</exception>
    public async Task<Receipt> GetReceiptAsync(
        LedgerEntry entry, VerifiedCheckpoint checkpoint, CancellationToken cancellationToken = default)
    {
        (_, Hash256[] proof) = await GetProofAsync(entry.Index, checkpoint, cancellationToken).ConfigureAwait(false);
        return InclusionProof.IsValid(entry.Index, checkpoint.Size, entry.LeafHash, proof, checkpoint.Root)
            ? Receipt.Create(entry.Index, proof, checkpoint.Note, entry.Bytes.Span)
            : throw WrongInclusion(checkpoint, entry.Index, entry.LeafHash, entry.Bytes, proof);
    }

    /// <summary>Verifies a receipt without the server: with the trusted keys, and what was seen before.</summary>
    /// <param name="entry">The entry as it is stored.</param>
    /// <exception cref="VerificationFailedException">The receipt does not show that the entry is in the ledger.
    /// </exception>
    /// <exception cref="LedgerViolationException">It does, and its checkpoint contradicts the newest one
    /// seen.</exception>
    public VerifiedCheckpoint VerifyReceipt(Receipt receipt, ReadOnlySpan<byte> entry)
    {
        VerifiedCheckpoint checkpoint = receipt.Verify(MerkleHash.Leaf(entry), _state.Keys, _options.Witnesses);
        if (Newest is { } newest && newest.Size == checkpoint.Size)
        {
            ThrowIfSplit(newest, checkpoint);
        }

        return checkpoint;
    }

    /// <summary>
    /// The subtrees that the first entries of a tree consist of, proven by a checkpoint: the inclusion proof of the
    /// entry behind them has exactly these on its left, and they are true whatever that entry is.
    /// </summary>
    internal async Task<Hash256[]> GetLeftSideAsync(
        ulong size, VerifiedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        if (size == 0)
        {
            return [];
        }

        (Hash256 leaf, Hash256[] proof) = await GetProofAsync(size, checkpoint, cancellationToken)
            .ConfigureAwait(false);
        if (!InclusionProof.IsValid(size, checkpoint.Size, leaf, proof, checkpoint.Root))
        {
            throw WrongInclusion(checkpoint, size, leaf, default, proof);
        }

        return LeftSide.Of(size, checkpoint.Size, proof);
    }

    internal LedgerViolationException Withheld(
        VerifiedCheckpoint checkpoint, ulong index, string statement, string expected) => Violation(
        ViolationKind.Withheld, statement,
        new Parts
        {
            Accepted = Newest,
            Offered = NoteOf(checkpoint),
            Index = index,
            Expected = expected,
            Came = "less than that",
        });

    internal async Task<LedgerViolationException> WrongEntryAsync(
        VerifiedCheckpoint checkpoint, LedgerEntry entry, CancellationToken cancellationToken)
    {
        (_, Hash256[] proof) = await GetProofAsync(entry.Index, checkpoint, cancellationToken).ConfigureAwait(false);
        return WrongInclusion(checkpoint, entry.Index, entry.LeafHash, entry.Bytes, proof);
    }

    /// <summary>The same for something that stands for entries: an expired subtree with a root that is not the tree's.
    /// </summary>
    internal LedgerViolationException WrongSubtree(
        VerifiedCheckpoint checkpoint, ulong index, Hash256 root) => Violation(
        ViolationKind.WrongInclusion,
        $"what the server gives as the root of the expired entries from {index:N0} on is not in the tree of size "
        + $"{checkpoint.Size:N0}",
        new Parts
        {
            Accepted = Newest,
            Offered = NoteOf(checkpoint),
            Index = index,
            Leaf = root,
            Expected = $"a root that is in the tree of size {checkpoint.Size:N0}",
            Came = $"the root {root}",
        });

    private async Task<VerifiedCheckpoint> VerifyInclusionAsync(
        ulong index, Hash256 leaf, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        VerifiedCheckpoint checkpoint = await CheckpointForAsync(index + 1, cancellationToken).ConfigureAwait(false);
        (_, Hash256[] proof) = await GetProofAsync(index, checkpoint, cancellationToken).ConfigureAwait(false);
        return InclusionProof.IsValid(index, checkpoint.Size, leaf, proof, checkpoint.Root)
            ? checkpoint
            : throw WrongInclusion(checkpoint, index, leaf, entry, proof);
    }

    private async Task<(Hash256 Leaf, Hash256[] Proof)> GetProofAsync(
        ulong index, VerifiedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        Protocol.V1.InclusionProof answer;
        try
        {
            answer = await _client.AskAsync(
                LedgerMethods.GetInclusionProof,
                new GetInclusionProofRequest { Ledger = Ledger, Index = index, Size = checkpoint.Size },
                Ledger,
                cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException refusal) when (index < checkpoint.Size && IsRefusalToProve(refusal.StatusCode))
        {
            throw Unproven(checkpoint, index, refusal);
        }

        Hash256 leaf = answer.LeafHash.Length == Hash256.Length ? new Hash256(answer.LeafHash.Span) : default;
        return (leaf, ReadHashes(answer.Hashes));
    }

    private LedgerViolationException WrongInclusion(
        VerifiedCheckpoint checkpoint, ulong index, Hash256 leaf, ReadOnlyMemory<byte> entry, Hash256[] proof) =>
        Violation(
            ViolationKind.WrongInclusion,
            $"entry {index:N0} is not shown to be in the tree of size {checkpoint.Size:N0}",
            new Parts
            {
                Accepted = Newest,
                Offered = NoteOf(checkpoint),
                Index = index,
                Leaf = leaf,
                Entry = entry,
                Proof = proof,
                Expected = $"a proof that leads from {leaf} to the root {checkpoint.Root}",
                Came = $"one of {proof.Length} hashes that does not",
            });

    // It signed a tree with the entry in it, and does not show it there.
    private LedgerViolationException Unproven(VerifiedCheckpoint checkpoint, ulong index, RpcException refusal) =>
        Violation(
            ViolationKind.Withheld,
            $"the server gives no proof of entry {index:N0}, which is in the tree of size {checkpoint.Size:N0}: "
            + refusal.Message,
            new Parts
            {
                Accepted = Newest,
                Offered = NoteOf(checkpoint),
                Index = index,
                Cause = refusal,
                Expected = $"a proof of entry {index:N0}",
                Came = refusal.Message,
            });

    private async Task<Receipt> AskReceiptAsync(ulong index, CancellationToken cancellationToken)
    {
        try
        {
            Protocol.V1.Receipt answer = await _client.AskAsync(
                LedgerMethods.GetReceipt, new GetReceiptRequest { Ledger = Ledger, Index = index }, Ledger,
                cancellationToken).ConfigureAwait(false);
            return Receipt.Parse(answer.TlogProof.Span);
        }
        catch (RpcException refusal) when (Newest?.Size > index && IsRefusalToProve(refusal.StatusCode))
        {
            throw Unproven(Newest, index, refusal);
        }
        catch (MalformedDataException error)
        {
            throw WrongAnswer.To(Ledger, $"a receipt for entry {index:N0}", "something that is none", error);
        }
    }
}
