// Reading with proof. Entries are hashed as they come, many at once, and the right edge of the tree is extended by
// them. At the end of each piece the server proves, with one inclusion proof, what that edge must be in a signed
// checkpoint: one proof for a megabyte instead of one for each entry. Nothing is given out before it is proven.
// Any thread; each enumeration is used by one.

using System.Numerics;
using System.Runtime.CompilerServices;
using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>Reads a ledger and gives out only what is proven against a signed checkpoint.</summary>
public sealed class VerifiedReader
{
    internal const int PieceBytes = 1024 * 1024;

    // Pieces that are read while the proof of the oldest is under way.
    private const int PiecesAhead = 8;

    private readonly Reader _reader;
    private readonly Verifier _verifier;

    internal VerifiedReader(Reader reader, Verifier verifier)
    {
        if (!string.Equals(reader.Ledger, verifier.Ledger, StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"a verifier of '{verifier.Ledger}' cannot verify '{reader.Ledger}'", nameof(verifier));
        }

        _reader = reader;
        _verifier = verifier;
    }

    /// <summary>
    /// Reads events as <see cref="Reader.ReadAsync"/> does. Entries and expired ranges are proven; that a range is
    /// unreadable is only the server's word, and visible. A read to the end gets at least to the checkpoint that was
    /// the newest when it began.
    /// </summary>
    /// <exception cref="LedgerViolationException">What the server sent is not what it signed, or less.</exception>
    public async IAsyncEnumerable<LedgerEvent> ReadAsync(
        ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        VerifiedCheckpoint? start = await _verifier.TryUpdateAsync(cancellationToken).ConfigureAwait(false);
        ReadProgress progress = new(options, start?.Size ?? 0);
        LiveEdge live = new(_verifier, _reader.Client.Time);
        Queue<ReadPiece> pieces = new();
        ReadPiece piece = new();

        // The server does not decide where a time ends: the first entry behind it must be seen.
        ReadOptions unbounded = options with { Until = null };
        await foreach (ReadStep step in _reader.StepsAsync(unbounded, cancellationToken).ConfigureAwait(false))
        {
            Put(piece, step, progress);
            if (step.Event is CaughtUp or Heartbeat)
            {
                await live.CheckAsync(progress.NextSigned, cancellationToken).ConfigureAwait(false);
            }

            bool isBreak = step.Event is UnreadableRange;
            if (!piece.IsFull && !isBreak && !progress.IsLive && !progress.IsPastUntil(step))
            {
                continue;
            }

            Close(piece, pieces.LastOrDefault(), progress, cancellationToken);
            pieces.Enqueue(piece);
            piece = new ReadPiece();
            while (pieces.Count > (progress.IsLive ? 0 : PiecesAhead))
            {
                ReadPiece proven = pieces.Dequeue();
                await ProveAsync(proven, progress, cancellationToken).ConfigureAwait(false);
                foreach (LedgerEvent next in Events(proven, progress))
                {
                    yield return next;
                }
            }

            if (progress.IsPastUntil(step))
            {
                break;
            }
        }

        Close(piece, pieces.LastOrDefault(), progress, cancellationToken);
        pieces.Enqueue(piece);
        foreach (ReadPiece rest in pieces)
        {
            await ProveAsync(rest, progress, cancellationToken).ConfigureAwait(false);
            foreach (LedgerEvent next in Events(rest, progress))
            {
                yield return next;
            }
        }

        if (start is not null)
        {
            await CheckEndAsync(start, progress, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads entries only, as <see cref="Reader.ReadEntriesAsync"/> does, and proves each.</summary>
    /// <exception cref="LedgerViolationException">What the server sent is not what it signed, or less.</exception>
    public IAsyncEnumerable<LedgerEntry> ReadEntriesAsync(
        ReadOptions options, CancellationToken cancellationToken = default) =>
        Reader.EntriesOf(ReadAsync(options, cancellationToken), cancellationToken);

    private IEnumerable<LedgerEvent> Events(ReadPiece piece, ReadProgress progress)
    {
        foreach (LedgerEvent next in progress.Events(piece))
        {
            yield return next is LedgerEntry entry && progress.IsBeforeTime(entry)
                ? throw WrongAnswer.To(
                    _reader.Ledger,
                    $"entries received at {progress.FromTime:O} or later",
                    $"entry {entry.Index:N0}, received at {entry.Received:O}")
                : next;
        }
    }

    // Everything that was signed when the read began is there, or stands behind what was asked for.
    private async Task CheckEndAsync(
        VerifiedCheckpoint start, ReadProgress progress, CancellationToken cancellationToken)
    {
        if (progress.MissingFrom is { } missing)
        {
            throw _verifier.Withheld(
                start, missing,
                $"the read ended before index {missing:N0}, and a checkpoint of size {start.Size:N0} was signed "
                + "before",
                $"the entries from {missing:N0} on");
        }

        if (progress.HasNothingOfTime && start.Size > 0)
        {
            await CheckOlderAsync(start.Size - 1, progress.FromTime, cancellationToken).ConfigureAwait(false);
        }
    }

    private void DemandFirst(ulong first, ulong count, ReadProgress progress)
    {
        // Beyond it there is no tree, and nothing that could be asked for.
        if (first > long.MaxValue || count > long.MaxValue - first)
        {
            throw WrongAnswer.To(
                _reader.Ledger, "indexes that a ledger can have", $"{count:N0} entries from {first:N0} on");
        }

        if (first < progress.FirstAllowed)
        {
            throw WrongAnswer.To(
                _reader.Ledger, $"the last entries, from {progress.FirstAllowed:N0} on", $"entry {first:N0}");
        }
    }

    private void Put(ReadPiece piece, in ReadStep step, ReadProgress progress)
    {
        switch (step.Event)
        {
            case null:
                DemandFirst(step.FirstIndex, (ulong)step.Count, progress);
                piece.Add(step, step.FirstIndex, (ulong)step.Count);
                progress.Reached(step.FirstIndex, step.FirstIndex + (ulong)step.Count);
                break;
            case ExpiredRange expired:
                if (!BitOperations.IsPow2(expired.Count) || (expired.FirstIndex & (expired.Count - 1)) != 0)
                {
                    throw WrongAnswer.To(
                        _reader.Ledger, "expired ranges that are subtrees",
                        $"one of {expired.Count:N0} entries from {expired.FirstIndex:N0}");
                }

                DemandFirst(expired.FirstIndex, expired.Count, progress);
                piece.Add(step, expired.FirstIndex, expired.Count);
                progress.Reached(expired.FirstIndex, expired.FirstIndex + expired.Count);
                break;
            case UnreadableRange unreadable:
                DemandFirst(unreadable.FirstIndex, unreadable.Count, progress);
                piece.AddOther(step);
                progress.Reached(unreadable.FirstIndex, unreadable.FirstIndex + unreadable.Count);
                progress.Break();
                break;
            default:
                piece.AddOther(step);
                progress.IsLive |= step.Event is CaughtUp;
                break;
        }
    }

    // Starts everything that can be done while the next piece is read.
    private void Close(ReadPiece piece, ReadPiece? previous, ReadProgress progress, CancellationToken cancellation)
    {
        if (!piece.HasRange)
        {
            return;
        }

        piece.Before = progress.Follows(piece, previous)
            ? progress.LastAfter!
            : FirstSideAsync(piece.First, progress, cancellation);
        piece.After = ExtendAsync(piece);
        piece.Proven = ProvenSideAsync(piece.End, cancellation);
        progress.Closed(piece);
    }

    private async Task<CompactRange> FirstSideAsync(
        ulong first, ReadProgress progress, CancellationToken cancellation)
    {
        // A checkpoint that ends there has no entry whose proof has the subtrees before it: one that has the first.
        VerifiedCheckpoint beyond = await _verifier.CheckpointForAsync(first + 1, cancellation).ConfigureAwait(false);
        Hash256[] nodes = await _verifier.GetLeftSideAsync(first, beyond, cancellation).ConfigureAwait(false);
        if (progress.IsFirstByTime(first))
        {
            await CheckOlderAsync(first - 1, progress.FromTime, cancellation).ConfigureAwait(false);
        }

        return new CompactRange(first, nodes);
    }

    private static async Task<CompactRange> ExtendAsync(ReadPiece piece)
    {
        CompactRange range = (await piece.Before!.ConfigureAwait(false)).Clone();
        piece.AppendTo(range);
        return range;
    }

    private async Task<ProvenSide> ProvenSideAsync(ulong size, CancellationToken cancellation)
    {
        VerifiedCheckpoint checkpoint = await _verifier.CheckpointForAsync(size, cancellation).ConfigureAwait(false);
        return checkpoint.Size == size
            ? new ProvenSide(checkpoint, [])
            : new ProvenSide(
                checkpoint, await _verifier.GetLeftSideAsync(size, checkpoint, cancellation).ConfigureAwait(false));
    }

    private async Task ProveAsync(ReadPiece piece, ReadProgress progress, CancellationToken cancellation)
    {
        if (!piece.HasRange)
        {
            return;
        }

        CompactRange computed = await piece.After!.ConfigureAwait(false);
        ProvenSide proven = await piece.Proven!.ConfigureAwait(false);
        if (!IsSame(computed, proven))
        {
            throw await FindWrongAsync(piece, proven.Checkpoint, cancellation).ConfigureAwait(false);
        }

        progress.Proven(piece.End);
    }

    private static bool IsSame(CompactRange computed, in ProvenSide proven)
    {
        if (computed.Size == proven.Checkpoint.Size)
        {
            return computed.Root() == proven.Checkpoint.Root;
        }

        Span<Hash256> nodes = stackalloc Hash256[computed.NodeCount];
        computed.CopyNodes(nodes);
        return nodes.SequenceEqual(proven.Nodes);
    }

    // Something in the piece is wrong; bisecting with proofs of the edges between finds the first.
    private async Task<LedgerViolationException> FindWrongAsync(
        ReadPiece piece, VerifiedCheckpoint checkpoint, CancellationToken cancellation)
    {
        CompactRange range = (await piece.Before!.ConfigureAwait(false)).Clone();
        foreach (ReadStep step in piece.Steps)
        {
            if (step.Event is ExpiredRange expired)
            {
                range.AppendSubtree(BitOperations.Log2(expired.Count), expired.Root);
                if (!await IsTrueAsync(range, checkpoint, cancellation).ConfigureAwait(false))
                {
                    return _verifier.WrongSubtree(checkpoint, expired.FirstIndex, expired.Root);
                }
            }
            else if (step.Event is null)
            {
                LedgerEntry[] entries = [.. Entries(step)];
                int wrong = await FirstWrongAsync(range, entries, checkpoint, cancellation).ConfigureAwait(false);
                if (wrong < entries.Length)
                {
                    return await _verifier.WrongEntryAsync(checkpoint, entries[wrong], cancellation)
                        .ConfigureAwait(false);
                }
            }
        }

        return _verifier.Withheld(
            checkpoint, piece.First,
            $"entries {piece.First:N0} to {piece.End - 1:N0} did not verify, and the server then proved each of them",
            $"entries that are those of the tree of size {checkpoint.Size:N0}");
    }

    private async Task<int> FirstWrongAsync(
        CompactRange range, LedgerEntry[] entries, VerifiedCheckpoint checkpoint, CancellationToken cancellation)
    {
        int good = 0;
        int bad = entries.Length + 1;
        while (bad - good > 1)
        {
            int middle = Math.Min((good + bad) / 2, entries.Length);
            CompactRange upTo = range.Clone();
            foreach (LedgerEntry entry in entries.AsSpan(0, middle))
            {
                upTo.Append(entry.LeafHash);
            }

            if (await IsTrueAsync(upTo, checkpoint, cancellation).ConfigureAwait(false))
            {
                good = middle;
            }
            else
            {
                bad = middle;
            }
        }

        foreach (LedgerEntry entry in entries)
        {
            range.Append(entry.LeafHash);
        }

        return bad - 1;
    }

    private async Task<bool> IsTrueAsync(
        CompactRange range, VerifiedCheckpoint checkpoint, CancellationToken cancellation) =>
        IsSame(range, range.Size == checkpoint.Size
            ? new ProvenSide(checkpoint, [])
            : new ProvenSide(
                checkpoint,
                await _verifier.GetLeftSideAsync(range.Size, checkpoint, cancellation).ConfigureAwait(false)));

    // The server chose where a time begins: the entry before must be older, or has expired, so that nobody can tell.
    private async Task CheckOlderAsync(ulong before, DateTimeOffset time, CancellationToken cancellation)
    {
        await foreach (LedgerEvent next in ReadAsync(ReadOptions.Range(before, 1), cancellation).ConfigureAwait(false))
        {
            string? wrong = next switch
            {
                LedgerEntry entry when entry.Received >= time =>
                    $"entry {before:N0} was received at {entry.Received:O}, not before {time:O}, and was left out",
                UnreadableRange => $"entry {before:N0} cannot be read, so that entries since {time:O} may be left out",
                _ => null,
            };
            if (wrong is not null)
            {
                throw _verifier.Withheld(_verifier.Newest!, before, wrong, $"all entries since {time:O}");
            }
        }
    }

    private static IEnumerable<LedgerEntry> Entries(ReadStep step)
    {
        ulong index = step.FirstIndex;
        foreach (ReadOnlyMemory<byte> entry in step.Split())
        {
            yield return new LedgerEntry(index++, entry);
        }
    }
}
