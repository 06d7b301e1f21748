// Decides what evidence shows, from its bytes and a key that the checker trusts. Nothing in the file is believed.
// Pure functions; any thread.

using LedgerStore.Proofs;

namespace LedgerStore.Client;

internal static class EvidenceCheck
{
    internal static EvidenceVerdict Run(Evidence evidence, VerifierKey key)
    {
        if (key.Name.Text != evidence.Origin)
        {
            // Against another log it shows nothing, whoever signed what is in it.
            return EvidenceVerdict.DoesNotHold;
        }

        LogKeySet keys = LogKeySet.Trust(evidence.Origin, key);
        bool followed = TryFollow(ref keys, evidence.Rotations, out KeyRotation? second);
        if (evidence.Kind == ViolationKind.WrongRotation)
        {
            return second is not null ? OfTwo(evidence, keys, second)
                : followed ? EvidenceVerdict.DoesNotHold : EvidenceVerdict.OnlyClaims;
        }

        VerifiedCheckpoint? accepted = TryOpen(keys, evidence.Accepted);
        VerifiedCheckpoint? offered = TryOpen(keys, evidence.Offered);
        bool holds = evidence.Kind switch
        {
            ViolationKind.BadSignature or ViolationKind.UnknownKey => !evidence.Offered.IsEmpty && offered is null,
            ViolationKind.SplitView => accepted is not null && offered is not null
                && accepted.Size == offered.Size && accepted.Root != offered.Root,
            ViolationKind.Inconsistent => IsInconsistent(evidence, accepted, offered),
            ViolationKind.Rollback => accepted is not null && offered is not null && offered.Size < accepted.Size,
            ViolationKind.WrongInclusion => IsWrongInclusion(evidence, offered),
            ViolationKind.Withheld => offered is not null && evidence.Index < offered.Size,
            ViolationKind.Stale => evidence.Index is { } index && (offered is null || offered.Size <= index),
            _ => false,
        };
        return !holds ? EvidenceVerdict.DoesNotHold
            : evidence.Kind switch
            {
                ViolationKind.SplitView => EvidenceVerdict.Proves,

                // What the log did not sign, or did not do in time, no signature of it can show.
                ViolationKind.BadSignature or ViolationKind.UnknownKey or ViolationKind.Stale =>
                    EvidenceVerdict.OnlyClaims,
                _ => EvidenceVerdict.Supports,
            };
    }

    private static bool IsInconsistent(Evidence evidence, VerifiedCheckpoint? older, VerifiedCheckpoint? newer) =>
        older is not null && newer is not null && older.Size > 0 && older.Size < newer.Size
        && !ConsistencyProof.IsValid(older.Size, newer.Size, older.Root, newer.Root, [.. evidence.Proof]);

    private static bool IsWrongInclusion(Evidence evidence, VerifiedCheckpoint? checkpoint)
    {
        if (checkpoint is null || evidence.Index is not { } index || evidence.Leaf is not { } leaf
            || index >= checkpoint.Size)
        {
            return false;
        }

        // The entry, where it is there, must be what the leaf stands for.
        return (evidence.Entry.IsEmpty || MerkleHash.Leaf(evidence.Entry.Span) == leaf)
            && !InclusionProof.IsValid(index, checkpoint.Size, leaf, [.. evidence.Proof], checkpoint.Root);
    }

    private static VerifiedCheckpoint? TryOpen(LogKeySet keys, ReadOnlyMemory<byte> note)
    {
        try
        {
            return note.IsEmpty ? null : keys.Open(note.Span, VerifierKeys.None);
        }
        catch (Exception error) when (error is VerificationFailedException or MalformedDataException)
        {
            return null;
        }
    }

    // A rotation that ended half way leaves a statement of a key that was never used, and the next one takes its place:
    // two statements alone convict nobody. That both new keys signed behind them does.
    private static EvidenceVerdict OfTwo(Evidence evidence, LogKeySet keys, KeyRotation second)
    {
        bool isFirstUsed = false;
        foreach (LogKey key in keys.Keys)
        {
            isFirstUsed |= key.FirstSize > 0 && !key.Key.Equals(second.NewKey)
                && IsUsed(evidence, key.Key, key.FirstSize);
        }

        return isFirstUsed && IsUsed(evidence, second.NewKey, second.Size)
            ? EvidenceVerdict.Proves
            : EvidenceVerdict.Supports;
    }

    private static bool IsUsed(Evidence evidence, VerifierKey key, ulong behind)
    {
        LogKeySet alone = LogKeySet.Trust(evidence.Origin, key);
        return TryOpen(alone, evidence.Accepted)?.Size > behind || TryOpen(alone, evidence.Offered)?.Size > behind;
    }

    // False: a statement does not continue the keys. Second: both keys signed it, and another one of the same key.
    private static bool TryFollow(
        ref LogKeySet keys, IReadOnlyList<ReadOnlyMemory<byte>> rotations, out KeyRotation? second)
    {
        second = null;
        foreach (ReadOnlyMemory<byte> statement in rotations)
        {
            try
            {
                KeyRotation rotation = KeyRotation.Open(statement.Span);
                second = IsSecondOf(keys, rotation) ? rotation : null;
                keys = keys.Follow(rotation);
            }
            catch (Exception error) when (error is VerificationFailedException or MalformedDataException)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSecondOf(LogKeySet keys, KeyRotation rotation)
    {
        foreach (LogKey key in keys.Keys)
        {
            if (key.Key.Equals(rotation.OldKey) && key.LastSize is { } last && rotation.Origin == keys.Origin)
            {
                foreach (LogKey next in keys.Keys)
                {
                    if (next.FirstSize == last && next.Key.Equals(rotation.NewKey) && last == rotation.Size)
                    {
                        return false;
                    }
                }

                return true;
            }
        }

        return false;
    }
}
