// The verifier's core: is a note signed by a key of the log, and is it one with what was seen before.
// Run under the verifier's semaphore, one checkpoint at a time.

using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LogKey = LedgerStore.Proofs.LogKey;

namespace LedgerStore.Client;

public sealed partial class Verifier
{
    // A proof that the network swallowed is asked for again; one that never comes is none.
    private const int UnprovenMax = 3;

    private int _unproven;
    private long? _unprovenSince;

    /// <summary>Verifies the signatures; follows rotations first, if no known key signed.</summary>
    private async Task<VerifiedCheckpoint> OpenAsync(ReadOnlyMemory<byte> note, CancellationToken cancellationToken)
    {
        try
        {
            return Open(note);
        }
        catch (VerificationFailedException unknown)
        {
            if (HasBadSignature(note))
            {
                throw Violation(
                    ViolationKind.BadSignature, "a checkpoint has a signature that does not verify: " + unknown.Message,
                    new Parts
                    {
                        Accepted = Newest,
                        Offered = note,
                        Cause = unknown,
                        Expected = $"a checkpoint of {Origin}, signed by a trusted key",
                        Came = "a signature that does not verify",
                    });
            }

            if (!await FollowRotationsAsync(cancellationToken).ConfigureAwait(false))
            {
                throw UnknownKey(note, unknown);
            }
        }
        catch (MalformedDataException broken)
        {
            throw Violation(
                ViolationKind.BadSignature, "what the server gives as a checkpoint is none: " + broken.Message,
                new Parts
                {
                    Accepted = Newest,
                    Offered = note,
                    Cause = broken,
                    Expected = $"a checkpoint of {Origin}",
                    Came = "something that is none",
                });
        }

        try
        {
            return Open(note);
        }
        catch (VerificationFailedException unknown)
        {
            throw UnknownKey(note, unknown);
        }
    }

    private VerifiedCheckpoint Open(ReadOnlyMemory<byte> note)
    {
        VerifiedCheckpoint checkpoint = _state.Keys.Open(note.Span, _options.Witnesses.Cosigners);
        _options.Witnesses.Demand(checkpoint);
        return checkpoint;
    }

    private LedgerViolationException UnknownKey(ReadOnlyMemory<byte> note, Exception cause) => Violation(
        ViolationKind.UnknownKey, "a checkpoint is not signed by a trusted key: " + cause.Message,
        new Parts
        {
            Accepted = Newest,
            Offered = note,
            Cause = cause,
            Expected = $"a checkpoint of {Origin}, signed by a trusted key",
            Came = "one that no trusted key signed",
        });

    /// <summary>A known key seems to have signed, and did not.</summary>
    private bool HasBadSignature(ReadOnlyMemory<byte> note)
    {
        SignedNote parsed = SignedNote.Parse(note.Span);
        foreach (LogKey key in _state.Keys.Keys)
        {
            foreach (NoteSignature signature in parsed.Signatures)
            {
                if (signature.Id == key.Key.Id && signature.Name.SequenceEqual(key.Key.Name.Utf8)
                    && !key.Key.Verify(parsed.Text, signature.Signature))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Asks for rotations and follows those that continue the trusted keys. False: there is none.</summary>
    private async Task<bool> FollowRotationsAsync(CancellationToken cancellationToken)
    {
        LogKeys answer = await AskKeysAsync(cancellationToken).ConfigureAwait(false);
        int before = _state.Keys.Keys.Length;
        foreach (Protocol.V1.LogKey key in answer.Keys)
        {
            if (key.Statement.IsEmpty)
            {
                continue;
            }

            try
            {
                _state.Follow(KeyRotation.Open(key.Statement.Span));
            }
            catch (Exception error) when (error is VerificationFailedException or MalformedDataException)
            {
                throw WrongRotation(key.Statement.Memory, error.Message, error);
            }
        }

        return _state.Keys.Keys.Length > before;
    }

    /// <summary>Demands that a checkpoint and the newest one are two moments of one history.</summary>
    private async Task CompareAsync(VerifiedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        if (_state.Newest is not { } newest)
        {
            _state.Accept(checkpoint);
            return;
        }

        if (checkpoint.Size == newest.Size)
        {
            ThrowIfSplit(newest, checkpoint);
            return;
        }

        bool isNewer = checkpoint.Size > newest.Size;
        (VerifiedCheckpoint older, VerifiedCheckpoint newer) = isNewer ? (newest, checkpoint) : (checkpoint, newest);
        await ProveAsync(older, newer, newest, checkpoint, cancellationToken).ConfigureAwait(false);
        if (isNewer)
        {
            _state.Accept(checkpoint);
        }
    }

    private void ThrowIfSplit(VerifiedCheckpoint accepted, VerifiedCheckpoint offered)
    {
        if (accepted.Root != offered.Root)
        {
            throw Violation(
                ViolationKind.SplitView,
                $"the log signed two different trees of size {accepted.Size:N0}: {accepted.Root} and {offered.Root}",
                new Parts
                {
                    Accepted = accepted,
                    Offered = NoteOf(offered),
                    Expected = $"the root {accepted.Root}",
                    Came = $"the root {offered.Root}",
                });
        }
    }

    private async Task ProveAsync(
        VerifiedCheckpoint older,
        VerifiedCheckpoint newer,
        VerifiedCheckpoint accepted,
        VerifiedCheckpoint offered,
        CancellationToken cancellationToken)
    {
        if (older.Size == 0)
        {
            // Every tree continues the empty one.
            if (older.Root != MerkleHash.EmptyRoot)
            {
                throw Inconsistent(older, newer, [], "the tree without entries has another root");
            }

            return;
        }

        Hash256[] proof = [];
        string why = "the proof does not hold";
        try
        {
            Protocol.V1.ConsistencyProof answer = await _client.AskAsync(
                LedgerMethods.GetConsistencyProof,
                new GetConsistencyProofRequest { Ledger = Ledger, From = older.Size, To = newer.Size },
                Ledger,
                cancellationToken).ConfigureAwait(false);
            proof = ReadHashes(answer.Hashes);
        }
        catch (RpcException refusal) when (IsRefusalToProve(refusal.StatusCode))
        {
            why = $"the server gives no proof ({refusal.Message})";
        }
        catch (RpcException away) when (IsTransient(away.StatusCode))
        {
            NoteUnproven();
            if (!IsOverdue)
            {
                throw;
            }

            // It answers everything else, and signed both trees: whoever watches would wait for ever.
            why = $"the server gives no proof, asked {_unproven} times ({away.Message})";
        }

        if (Proofs.ConsistencyProof.IsValid(older.Size, newer.Size, older.Root, newer.Root, proof))
        {
            _unproven = 0;
            _unprovenSince = null;
            return;
        }

        await TrySplitViewAsync(accepted, offered, cancellationToken).ConfigureAwait(false);
        throw Inconsistent(older, newer, proof, why);
    }

    /// <summary>
    /// Two histories that do not fit have different trees at the same size somewhere. If the server has signed its
    /// tree at the size we know, both signatures together leave it no excuse.
    /// </summary>
    private async Task TrySplitViewAsync(
        VerifiedCheckpoint accepted, VerifiedCheckpoint offered, CancellationToken cancellationToken)
    {
        if (offered.Size <= accepted.Size)
        {
            return;
        }

        VerifiedCheckpoint same;
        try
        {
            same = Open(await GetNoteAsync(accepted.Size, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception error) when (error
            is RpcException or VerificationFailedException or MalformedDataException or LedgerViolationException)
        {
            // No better evidence, then.
            return;
        }

        if (same.Size == accepted.Size)
        {
            ThrowIfSplit(accepted, same);
        }
    }

    private bool IsOverdue => _unproven >= UnprovenMax && _unprovenSince is { } since
        && _client.Time.GetElapsedTime(since) > _options.StaleAfter;

    private void NoteUnproven()
    {
        _unproven++;
        _unprovenSince ??= _client.Time.GetTimestamp();
    }

    private LedgerViolationException Inconsistent(
        VerifiedCheckpoint older, VerifiedCheckpoint newer, Hash256[] proof, string why) => Violation(
        ViolationKind.Inconsistent,
        $"the tree of size {newer.Size:N0} does not continue the one of size {older.Size:N0}: {why}",
        new Parts
        {
            Accepted = older,
            Offered = NoteOf(newer),
            Proof = proof,
            Expected = $"a proof that the tree of size {newer.Size:N0} continues the one of size {older.Size:N0}",
            Came = why,
        });

    private static bool IsRefusalToProve(StatusCode code) => code
        is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.OutOfRange
        or StatusCode.FailedPrecondition or StatusCode.DataLoss or StatusCode.Unimplemented;

    /// <summary>
    /// The hashes of a proof; what is not 32 bytes long makes the proof invalid, as none at all does.
    /// </summary>
    private static Hash256[] ReadHashes(RepeatedField<ByteString> hashes) =>
        hashes.Count <= TreeMath.ProofHashesMax && hashes.All(hash => hash.Length == Hash256.Length)
            ? [.. hashes.Select(hash => new Hash256(hash.Span))]
            : [];

    private LedgerViolationException Violation(ViolationKind kind, string statement, in Parts parts) => new(
        new Evidence
        {
            Kind = kind,
            Origin = Origin,
            Statement = statement,
            Expected = parts.Expected ?? string.Empty,
            Came = parts.Came ?? string.Empty,
            Observed = _client.Time.GetUtcNow(),
            Vkeys = [_options.Vkey],
            Rotations = parts.Rotation.IsEmpty ? [.. _state.Rotations] : [.. _state.Rotations, parts.Rotation],
            Accepted = parts.Accepted is null ? default : NoteOf(parts.Accepted),
            Offered = parts.Offered,
            Proof = parts.Proof ?? [],
            Index = parts.Index,
            Leaf = parts.Leaf,
            Entry = parts.Entry,
        },
        parts.Cause);

    private readonly struct Parts
    {
        internal VerifiedCheckpoint? Accepted { get; init; }

        internal ReadOnlyMemory<byte> Offered { get; init; }

        internal ReadOnlyMemory<byte> Rotation { get; init; }

        internal Hash256[]? Proof { get; init; }

        internal ulong? Index { get; init; }

        internal Hash256? Leaf { get; init; }

        internal ReadOnlyMemory<byte> Entry { get; init; }

        internal string? Expected { get; init; }

        internal string? Came { get; init; }

        internal Exception? Cause { get; init; }
    }
}
