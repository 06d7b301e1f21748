// The memory of one producer on one ledger: its last sequence and its last 64 batches.
// Owned by the Gate: every call under the Gate's lock. Pure: no time, no files.

using System.Runtime.InteropServices;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Decides about the batches of one producer, and remembers them.</summary>
/// <remarks>
/// A position is where the journal must be durable for a batch to be durable: the end of its frame. Positions never
/// decrease from batch to batch. A batch that came from a snapshot has position 0: it is durable and saved.
/// </remarks>
internal sealed class ProducerWindow
{
    // An idle producer with one outstanding batch needs few; the ring doubles up to the window when it does.
    private const int StartBatches = 4;

    private Remembered[] _ring = [];
    private int _oldest;
    private int _count;

    // Where the frames before the newest batch's one end: what the ring has forgotten is still needed when a snapshot
    // must leave out frames that are not durable yet.
    private FrameEnds _frameEnds;
    private long _newestPosition;

    // Position of the first batch that no snapshot in state.log holds; 0 when all are saved. Kept apart from the ring,
    // because the ring forgets batches whose sequence is still only in the journal.
    private long _firstUnsaved;

    public ProducerWindow(byte[] identity, byte[] producer)
    {
        Identity = identity;
        Producer = producer;
    }

    /// <summary>The last flush for which it was counted in what is accepted.</summary>
    public int BacklogEpoch { get; set; }

    public byte[] Identity { get; }

    public byte[] Producer { get; }

    /// <summary>0 until the first batch.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Batches that are remembered now.</summary>
    public int BatchCount => _count;

    /// <summary>Set while the table has it on its list of producers with unsaved batches.</summary>
    public bool IsListed { get; set; }

    public bool HasUnsaved => _firstUnsaved != 0;

    /// <summary>What to do with a batch. Changes nothing.</summary>
    public ProducerDecision Decide(long firstSequence, int count, UInt128 fingerprint)
    {
        long expected = LastSequence + 1;
        if (firstSequence == expected)
        {
            return new(ProducerVerdict.Append, expected, default, 0);
        }

        if (firstSequence > expected)
        {
            return new(ProducerVerdict.Gap, expected, default, 0);
        }

        if (TryFind(firstSequence, out Remembered found))
        {
            BatchAnswer answer = found.Answer;
            return answer.Count == count && answer.Fingerprint == fingerprint
                ? new(ProducerVerdict.Duplicate, expected, answer, found.Position)
                : new(ProducerVerdict.Conflict, expected, default, 0);
        }

        // A batch that reaches into what is remembered, or beyond what was ever appended, cannot be one that was
        // appended before. To call it too old would say that all of its records are stored.
        return firstSequence + count <= FirstRememberedSequence
            ? new(ProducerVerdict.TooOld, expected, default, _count > 0 ? At(0).Position : _newestPosition)
            : new(ProducerVerdict.Conflict, expected, default, 0);
    }

    /// <summary>Remembers a batch that <see cref="Decide"/> said to append.</summary>
    public void Record(in BatchAnswer answer, long position)
    {
        Invariant.That(answer.FirstSequence == LastSequence + 1, "a producer's batches have no gap");
        Invariant.That(answer.Count > 0, "a batch has records");
        Invariant.That(position > 0, "a batch has a journal position");
        Invariant.That(position >= _newestPosition, "journal positions never decrease");
        if (position > _newestPosition)
        {
            _frameEnds.Add(new FrameEnd(_newestPosition, LastSequence));
            _newestPosition = position;
        }

        Push(new Remembered(answer, position));
        LastSequence = answer.LastSequence;
        if (_firstUnsaved == 0)
        {
            _firstUnsaved = position;
        }
    }

    /// <summary>Recovery: a batch found in the journal, which a snapshot may hold already.</summary>
    /// <returns>False when journal and snapshot contradict each other: one of them is damaged.</returns>
    public bool TryReplay(in BatchAnswer answer, long position)
    {
        if (answer.FirstSequence == LastSequence + 1)
        {
            Record(answer, position);
            return true;
        }

        if (answer.FirstSequence > LastSequence)
        {
            return false;
        }

        if (TryFind(answer.FirstSequence, out Remembered found))
        {
            return found.Answer == answer;
        }

        return answer.LastSequence < FirstRememberedSequence;
    }

    /// <summary>Takes over what state.log says. The window must be new, or older than the snapshot.</summary>
    public void Restore(ProducerSnapshot snapshot)
    {
        _oldest = 0;
        _count = 0;
        _firstUnsaved = 0;
        _newestPosition = 0;
        _frameEnds = default;
        foreach (BatchAnswer answer in snapshot.Batches)
        {
            Push(new Remembered(answer, 0));
        }

        LastSequence = snapshot.LastSequence;
    }

    /// <summary>Whether a batch that no snapshot holds may lie at or before the position.</summary>
    public bool HasUnsavedBatchesUpTo(long position) => _firstUnsaved != 0 && _firstUnsaved <= position;

    /// <summary>What is durable of this producer; null when nothing is.</summary>
    public ProducerSnapshot? Snapshot(long durablePosition)
    {
        int durable = _count;
        while (durable > 0 && At(durable - 1).Position > durablePosition)
        {
            durable--;
        }

        long lastSequence = durable > 0 ? At(durable - 1).Answer.LastSequence
            : _newestPosition <= durablePosition ? LastSequence
            : _frameEnds.NewestUpTo(durablePosition).LastSequence;
        if (lastSequence == 0)
        {
            return null;
        }

        var batches = new BatchAnswer[durable];
        for (int i = 0; i < durable; i++)
        {
            batches[i] = At(i).Answer;
        }

        return new ProducerSnapshot(Identity, Producer, lastSequence, batches);
    }

    /// <summary>A snapshot taken at this durable position is durable in state.log.</summary>
    public void MarkSaved(long throughPosition)
    {
        if (_firstUnsaved == 0 || _firstUnsaved > throughPosition)
        {
            return;
        }

        if (_count == 0 || At(_count - 1).Position <= throughPosition)
        {
            _firstUnsaved = 0;
            return;
        }

        // Newer batches came in meanwhile. The first of them may have been pushed out of the ring already; then the
        // earliest position it can have had is the safe answer.
        int i = 0;
        while (At(i).Position <= throughPosition)
        {
            i++;
        }

        _firstUnsaved = i > 0 ? At(i).Position : throughPosition + 1;
    }

    private long FirstRememberedSequence => _count > 0 ? At(0).Answer.FirstSequence : LastSequence + 1;

    private ref Remembered At(int i) => ref _ring[(_oldest + i) & (_ring.Length - 1)];

    // Remembered batches are consecutive, so their first sequences ascend.
    private bool TryFind(long firstSequence, out Remembered found)
    {
        int low = 0;
        int high = _count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            long first = At(middle).Answer.FirstSequence;
            if (first == firstSequence)
            {
                found = At(middle);
                return true;
            }

            (low, high) = first < firstSequence ? (middle + 1, high) : (low, middle - 1);
        }

        found = default;
        return false;
    }

    private void Push(Remembered batch)
    {
        if (_count == StoreLimits.ProducerWindowBatches)
        {
            _oldest = (_oldest + 1) & (_ring.Length - 1);
            _count--;
        }
        else if (_count == _ring.Length)
        {
            Grow();
        }

        At(_count) = batch;
        _count++;
    }

    // Powers of two, so that a ring index is a mask.
    private void Grow()
    {
        var ring = new Remembered[Math.Max(StartBatches, _ring.Length * 2)];
        for (int i = 0; i < _count; i++)
        {
            ring[i] = At(i);
        }

        _ring = ring;
        _oldest = 0;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Remembered(BatchAnswer Answer, long Position);
}
