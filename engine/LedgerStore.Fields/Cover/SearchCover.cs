// Keeps account of every entry of a range that was asked about: it was delivered and looked at here, or its index
// proves that it is no part of the answer, or it expired, or it cannot be read. What is left over makes the answer
// incomplete; what is claimed falsely is a lie, and named. Trusts nothing but the signed trees that it is given. Owned
// by one thread.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Decides whether an answer is complete.</summary>
internal sealed class SearchCover
{
    private readonly Question _question;
    private readonly CoverTrust _trust;
    private readonly ulong _first;
    private readonly ulong _end;
    private readonly CoverMap _map;
    private readonly FieldScanner _scanner;
    private readonly Dictionary<ulong, SegmentCheck> _segments = [];

    /// <param name="first">The first index that is asked about.</param>
    /// <param name="end">Behind the last one; not behind the checkpoint.</param>
    public SearchCover(Question question, CoverTrust trust, ulong first, ulong end)
    {
        if (first > end || end > trust.Ledger.Size)
        {
            throw new ArgumentOutOfRangeException(
                nameof(end), end, $"a range ends at most with the {trust.Ledger.Size} entries of the checkpoint");
        }

        _question = question;
        _trust = trust;
        _first = first;
        _end = end;
        _map = new CoverMap(first, end);
        _scanner = new FieldScanner(question.Spec);
    }

    /// <summary>Takes what the index of a segment proves.</summary>
    /// <exception cref="VerificationFailedException">It is a lie: which.</exception>
    public void Add(SegmentAnswer answer)
    {
        TreeHead index = _trust.Index
            ?? throw new VerificationFailedException("an index was sent without a checkpoint of the index ledger");
        SegmentCheck check = SegmentCheck.Of(_question, _trust.Ledger, index, answer);
        if (!_segments.TryAdd(answer.Segment, check))
        {
            throw new VerificationFailedException($"segment {answer.Segment} was answered twice");
        }

        BundleSet candidates = check.Candidates();
        for (int i = 0; i < EntryBounds.BundlesPerSegment; i++)
        {
            ulong bundle = (answer.Segment * EntryBounds.BundlesPerSegment) + (ulong)i;
            if (!candidates.Has(i) && _map.Has(bundle))
            {
                _map.Set(bundle, CoverState.Excluded);
            }
        }
    }

    /// <summary>Takes the entries of a bundle and returns those that are part of the answer.</summary>
    /// <exception cref="VerificationFailedException">It is a lie: which.</exception>
    public IReadOnlyList<FoundEntry> Add(BundleAnswer answer)
    {
        if (!_map.Has(answer.Bundle))
        {
            throw new VerificationFailedException($"bundle {answer.Bundle} is not in the range that was asked for");
        }

        List<FoundEntry> found = [];
        SegmentCheck? segment = _segments.GetValueOrDefault(answer.Bundle / EntryBounds.BundlesPerSegment);
        ulong index = answer.Bundle * EntryBounds.EntriesPerBundle;
        int offset = 0;
        foreach (ReadOnlySpan<byte> entry in CoverProofs.CheckBundle(_trust.Ledger, answer))
        {
            offset += EntryBundle.LengthBytes;
            ReadOnlyMemory<byte> bytes = answer.Entries.AsMemory(offset, entry.Length);
            offset += entry.Length;
            if (Match(index, bytes, segment) is { } one && index >= _first && index < _end)
            {
                found.Add(one);
            }

            index++;
        }

        _map.Set(answer.Bundle, found.Count > 0 ? CoverState.DeliveredWithFinds : CoverState.Delivered);
        return found;
    }

    /// <summary>Takes the word of a tombstone.</summary>
    /// <exception cref="VerificationFailedException">It is a lie: which.</exception>
    public void Add(ExpiredAnswer answer)
    {
        TreeHead audit = _trust.Audit
            ?? throw new VerificationFailedException("entries were called expired without a checkpoint of _audit");
        string name = $"the tombstone of entries {answer.First} to {answer.First + answer.Count - 1}";
        CoverProofs.CheckEntry(audit, answer.Tombstone, name);
        bool isOfThem = TombstoneClaim.TryRead(answer.Tombstone.Entry) is { } claim
            && claim.Ledger == _trust.LedgerName && answer.First >= claim.First
            && answer.Count <= claim.Count && answer.First - claim.First <= claim.Count - answer.Count;
        if (!isOfThem)
        {
            throw new VerificationFailedException(
                $"entry {answer.Tombstone.Index} of _audit is not {name} of the ledger '{_trust.LedgerName}'");
        }

        Set(answer.First, answer.Count, CoverState.Expired);
    }

    /// <summary>Takes the server's word that entries cannot be read; the answer says so.</summary>
    /// <exception cref="VerificationFailedException">It overlaps with what was proven.</exception>
    public void Add(UnreadableAnswer answer) => Set(answer.First, answer.Count, CoverState.Unreadable);

    /// <summary>What is known when the server has nothing more to say.</summary>
    public CoverResult Finish() => new(
        _first, _end, _map.In(CoverState.Open, _first, _end), _map.In(CoverState.Expired, _first, _end),
        _map.In(CoverState.Unreadable, _first, _end), _map.In(CoverState.Excluded, _first, _end));

    private FoundEntry? Match(ulong index, ReadOnlyMemory<byte> entry, SegmentCheck? segment)
    {
        // No store has bytes that are no entry. If one is signed, its reader must see it.
        if (!_scanner.TryScan(entry.Span))
        {
            return new FoundEntry(index, entry, Verdict.Opaque);
        }

        Verdict verdict = _question.Match(_scanner.Values);
        segment?.Compare(index, _scanner.Values);
        return verdict == Verdict.No ? null : new FoundEntry(index, entry, verdict);
    }

    // Whole bundles: what expires and what cannot be read is never a part of one. The last may end with the checkpoint.
    private void Set(ulong first, ulong count, CoverState state)
    {
        ulong end = first + count;
        bool isWhole = first % EntryBounds.EntriesPerBundle == 0
            && (end % EntryBounds.EntriesPerBundle == 0 || end == _trust.Ledger.Size);
        if (count == 0 || end < first || end > _trust.Ledger.Size || !isWhole)
        {
            throw new VerificationFailedException(
                $"{count} entries from {first} on are not whole bundles of the ledger, so they are not {state}");
        }

        for (ulong at = first; at < end; at += EntryBounds.EntriesPerBundle)
        {
            _map.Set(at / EntryBounds.EntriesPerBundle, state);
        }
    }
}
