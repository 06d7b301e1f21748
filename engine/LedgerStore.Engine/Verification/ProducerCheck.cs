// Compares what state.log remembers of producers with the entries of the ledger: with a last sequence that is too small
// a batch is taken twice, with one that is too large a new one is refused, and an answer says where a batch is.
// Any thread shows entries; one thread concludes.
using System.Buffers.Binary;
using System.Text;
using LedgerStore.Engine.Entries;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Verification;

/// <summary>The producers of one ledger, by state.log and by its entries.</summary>
/// <remarks>Its memory is that of the records: of the entries it keeps one number for each producer.</remarks>
internal sealed class ProducerCheck
{
    private readonly Dictionary<ProducerKey, Seen> _producers = new(ProducerKeyComparer.Instance);
    private readonly BatchFingerprint _fingerprints;
    private readonly string _ledger;
    private readonly string _stateLog;
    private readonly long _fileSize;
    private long _unknownAt = long.MaxValue;

    public ProducerCheck(LedgerFacts facts, BatchFingerprint fingerprints, string stateLog)
    {
        _fingerprints = fingerprints;
        _ledger = facts.Ledger.Name;
        _stateLog = stateLog;
        _fileSize = facts.FileSize;
        foreach (ProducerSnapshot kept in facts.State.Producers)
        {
            _producers[new ProducerKey(kept.Identity, kept.Producer)] = new Seen(kept);
        }
    }

    /// <summary>Looks at entries of the files.</summary>
    public void Add(long first, ReadOnlySpan<byte> bundle, int count)
    {
        for (int i = 0, at = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bundle[at..]);
            ReadOnlySpan<byte> entry = bundle.Slice(at + BlockFormat.EntryPrefixBytes, length);
            if (HasProducer(entry) && EntryView.TryParse(entry, out EntryView view))
            {
                Note(first + i, view, bundle[at..], count - i);
            }

            at += BlockFormat.EntryPrefixBytes + length;
        }
    }

    /// <summary>Looks at entries of the journal: those that the files have too are looked at there.</summary>
    public void AddJournal(long first, ReadOnlySpan<byte> bundle, int count)
    {
        while (count > 0 && first < _fileSize)
        {
            bundle = bundle[(BlockFormat.EntryPrefixBytes + BinaryPrimitives.ReadUInt16BigEndian(bundle))..];
            first++;
            count--;
        }

        Add(first, bundle, count);
    }

    /// <summary>What does not agree.</summary>
    /// <param name="unseen">Where the last entries end that were not seen, because they have expired, are in the cold
    /// store, or cannot be read; 0: all were.</param>
    public IEnumerable<VerifyFinding> Find(long unseen)
    {
        if (_unknownAt != long.MaxValue)
        {
            yield return Finding(
                _unknownAt, 1, "the entry is of a producer that state.log does not know: it could append it again");
        }

        foreach (Seen seen in _producers.Values)
        {
            if (seen.Fault(unseen) is { } fault)
            {
                yield return Finding(
                    seen.WrongAt,
                    seen.WrongAt < 0 ? 0 : 1,
                    $"producer '{Encoding.UTF8.GetString(seen.Kept.Producer)}' of "
                    + $"'{Encoding.UTF8.GetString(seen.Kept.Identity)}': {fault}");
            }
        }
    }

    // Most entries have none: nothing else of them is looked at.
    private static bool HasProducer(ReadOnlySpan<byte> entry)
    {
        int at = EntryFields.TimeBytes;
        if (at + 1 < entry.Length && entry[at] == EntryFields.AppenderTag)
        {
            // At most 255 bytes: their number takes one byte or two.
            int low = entry[at + 1];
            int bytes = low < 0x80 ? low : at + 2 < entry.Length ? (low & 0x7F) | (entry[at + 2] << 7) : 0;
            at += (low < 0x80 ? 2 : 3) + bytes;
        }

        return at < entry.Length && entry[at] == EntryFields.ProducerTag;
    }

    /// <param name="rest">From this entry on, in bundle encoding.</param>
    private void Note(long index, in EntryView entry, ReadOnlySpan<byte> rest, int count)
    {
        bool isKnown = _producers.GetAlternateLookup<ProducerName>()
            .TryGetValue(new ProducerName(entry.Appender, entry.Producer), out Seen? seen);
        if (!isKnown)
        {
            // One that is in the journal only is made known by the next start.
            for (long known = Volatile.Read(ref _unknownAt); index < _fileSize && index < known;)
            {
                known = Interlocked.CompareExchange(ref _unknownAt, index, known);
            }

            return;
        }

        BatchAnswer? answer = seen!.AnswerOf(entry.Sequence);
        bool isBatch = answer is { } first && first.FirstSequence == entry.Sequence && first.Count <= count;

        // Of a batch that is whole in what was read; of others only the places are compared.
        bool isSame = !isBatch
            || _fingerprints.OfEntries(rest, answer!.Value.Count) == answer.Value.Fingerprint;
        lock (seen)
        {
            seen.Note(index, entry.Sequence, entry.ReceivedMicros, answer, isSame, index < _fileSize);
        }
    }

    private VerifyFinding Finding(long first, long count, string evidence) => new(
        VerifyFindingKind.DerivedDataDamaged, _ledger, first, count, _stateLog, -1, evidence);

    /// <summary>One producer. Guarded by itself while entries are shown.</summary>
    private sealed class Seen(ProducerSnapshot kept)
    {
        private long _inFiles;
        private long _anywhere;
        private long _answered;

        // Behind the last entry of it that was seen.
        private long _end;
        private string? _wrong;

        public ProducerSnapshot Kept => kept;

        /// <summary>The first entry that a remembered answer contradicts; -1: none.</summary>
        public long WrongAt { get; private set; } = -1;

        /// <summary>The remembered answer that a sequence belongs to.</summary>
        public BatchAnswer? AnswerOf(long sequence)
        {
            BatchAnswer[] answers = kept.Batches;
            if (answers.Length == 0 || sequence < answers[0].FirstSequence || sequence > kept.LastSequence)
            {
                return null;
            }

            int at = Array.FindLastIndex(answers, answer => answer.FirstSequence <= sequence);
            return answers[at];
        }

        public void Note(
            long index, long sequence, long micros, in BatchAnswer? answer, bool isSameBatch, bool isInFiles)
        {
            _anywhere = Math.Max(_anywhere, sequence);
            _end = Math.Max(_end, index + 1);
            _inFiles = isInFiles ? Math.Max(_inFiles, sequence) : _inFiles;
            if (answer is not { } said)
            {
                return;
            }

            _answered++;
            long expected = said.FirstIndex + (sequence - said.FirstSequence);
            string? wrong = index != expected
                ? $"state.log remembers that sequence {sequence:N0} is entry {expected:N0}, and it is {index:N0}"
                : micros != said.ReceivedMicros
                    ? $"state.log remembers {said.ReceivedMicros} as the time of entry {index:N0}, it says {micros}"
                    : isSameBatch ? null
                        : $"the batch from entry {index:N0} on has not the fingerprint that state.log remembers";
            if (wrong is not null && (_wrong is null || index < WrongAt))
            {
                (_wrong, WrongAt) = (wrong, index);
            }
        }

        /// <summary>What is wrong; null when nothing is.</summary>
        /// <remarks>Sequences grow with the entries: who was seen behind all that was not has no greater one there.
        /// </remarks>
        public string? Fault(long unseen)
        {
            long remembered = kept.Batches.Length == 0 ? 0 : kept.LastSequence - kept.Batches[0].FirstSequence + 1;
            bool isLastSeen = unseen == 0 || _end > unseen;
            bool areAnswersSeen = unseen == 0 || Array.TrueForAll(kept.Batches, one => one.FirstIndex >= unseen);
            return _inFiles > kept.LastSequence
                ? $"its entries go up to sequence {_inFiles:N0}, state.log says {kept.LastSequence:N0}: what is behind "
                    + "it could be appended again"
                : isLastSeen && _anywhere < kept.LastSequence
                    ? $"state.log says that its last sequence was {kept.LastSequence:N0}, its entries go up to "
                        + $"{_anywhere:N0}"
                    : _wrong ?? (areAnswersSeen && _answered < remembered
                        ? $"state.log remembers answers to {remembered:N0} records, and there are {_answered:N0}"
                        : null);
        }
    }
}
