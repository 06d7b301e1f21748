// What a simulated store must hold, over all its lives: what was acknowledged for ever, what was on its way perhaps,
// and that in order. Owned by one simulation, on one thread.
using LedgerStore.Engine;
using LedgerStore.Engine.Append;
using LedgerStore.Engine.Segments;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>The right answer.</summary>
internal sealed class StoreModel
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Sent in this life or before, and not known to be stored or refused; in the order in which they were sent.
    private readonly List<ModelBatch> _open = [];
    private readonly List<ModelBatch> _questions = [];

    public List<ModelLedger> Ledgers { get; } = [];

    public long NextNumber { get; set; } = 1;

    public int OpenCount => _open.Count;

    /// <summary>The stamp of the newest stored batch: time never goes back.</summary>
    public long LastMicros { get; private set; }

    public long AcknowledgedCount { get; private set; }

    /// <summary>Adds a batch that was sent and may become entries.</summary>
    public void Sent(ModelBatch batch)
    {
        (batch.RepeatOf is null && batch.MustFail is null ? _open : _questions).Add(batch);
        if (batch.RepeatOf is null && batch.MustFail is null)
        {
            batch.Producer?.Batches.Add(batch);
        }
    }

    /// <summary>The size that the ledger will have when everything on its way is stored.</summary>
    public long SizeToCome(ModelLedger ledger) =>
        ledger.Size + _open.Where(b => b.Ledger == ledger).Sum(static b => (long)b.Count);

    /// <summary>Takes the answers that have come.</summary>
    /// <param name="mayAcknowledge">False after a failure: then nothing may be acknowledged any more.</param>
    /// <param name="mayRefuse">The disk was full in this life: batches may be refused for that.</param>
    public void Poll(bool mayAcknowledge, bool mayRefuse)
    {
        bool isBehindOpen = false;
        foreach (ModelBatch batch in _open.ToList())
        {
            if (batch.Fate == BatchFate.Unknown || !batch.Answer.IsCompleted)
            {
                isBehindOpen = true;
                continue;
            }

            try
            {
                AppendResult result = batch.Answer.GetAwaiter().GetResult();
                Assert.False(isBehindOpen, $"{batch} was acknowledged before one that was sent earlier");
                Assert.True(mayAcknowledge, $"{batch} was acknowledged after a failure");
                Acknowledge(batch, result);
            }
            catch (StoreException refused)
            {
                isBehindOpen |= refused.Reason == StoreReason.StorageFailed;
                Refuse(batch, refused, mayAcknowledge, mayRefuse);
            }
        }

        _questions.RemoveAll(batch => batch.Answer.IsCompleted && CheckAnswer(batch, mayAcknowledge, mayRefuse));
    }

    /// <summary>Waits until everything is answered: the store is closed, or has failed, and nobody is left waiting.
    /// </summary>
    public void PollAll(bool mayAcknowledge, bool mayRefuse)
    {
        bool Answered(ModelBatch batch) => batch.Fate != BatchFate.Pending || batch.Answer.IsCompleted;
        SpinWait.SpinUntil(() => _open.TrueForAll(Answered) && _questions.TrueForAll(Answered), s_patience);
        Poll(mayAcknowledge, mayRefuse);
        Assert.All(_open, batch => Assert.True(batch.Fate == BatchFate.Unknown, $"{batch} was never answered"));
        Assert.All(_questions, batch => Assert.Fail($"{batch} was never answered"));
    }

    /// <summary>The process is gone: what was on its way may be stored or not.</summary>
    public void EndLife()
    {
        _questions.Clear();
        foreach (ModelBatch batch in _open)
        {
            batch.Fate = BatchFate.Unknown;
        }
    }

    /// <summary>Finds out what of the unknown batches is stored: whole batches, in order, none behind a lost one.
    /// </summary>
    public void Reconcile(StoreCore core)
    {
        bool isBehindLost = false;
        foreach (ModelBatch batch in _open)
        {
            ModelLedger ledger = batch.Ledger;
            LedgerLog log = core.Ledgers.Get(ledger.Id);
            if (log.Durable.Value <= ledger.Size)
            {
                isBehindLost = true;
                batch.Fate = BatchFate.Refused;
                batch.Producer?.Batches.Remove(batch);
                continue;
            }

            Assert.False(isBehindLost, $"{batch} survived, and one that was sent before it did not");
            long end = ledger.Size + batch.Count;
            Assert.True(log.Durable.Value >= end, $"of {batch} only a part survived");
            long micros = MicrosAt(log, ledger.Size);
            NoteTime(batch, micros);
            ledger.Add(batch, micros);
        }

        _open.Clear();
    }

    private static long MicrosAt(LedgerLog log, long index)
    {
        using BundleLease lease = log.Reader.ReadBundle(index / StoreLimits.EntriesPerBundle);
        return EntryView.Parse(lease.Entry((int)(index - lease.FirstIndex))).ReceivedMicros;
    }

    private void Acknowledge(ModelBatch batch, AppendResult result)
    {
        Assert.False(result.IsDuplicate, $"{batch} was sent once and is called a duplicate");
        Assert.True(batch.Ledger.Size == result.FirstIndex, $"{batch} is at {result}, not at {batch.Ledger.Size}");
        Assert.Equal(batch.Count, result.Count);
        NoteTime(batch, result.ReceivedMicros);
        batch.Ledger.Add(batch, result.ReceivedMicros);
        _open.Remove(batch);
        AcknowledgedCount++;
    }

    private void NoteTime(ModelBatch batch, long micros)
    {
        Assert.True(micros >= LastMicros, $"{batch}: time went back from {LastMicros} to {micros}");
        LastMicros = micros;
    }

    private void Refuse(ModelBatch batch, StoreException refused, bool mayAcknowledge, bool mayRefuse)
    {
        if (refused.Reason == StoreReason.StorageFailed)
        {
            Assert.False(mayAcknowledge, $"{batch} failed and nothing had: {refused}");
            batch.Fate = BatchFate.Unknown;
            return;
        }

        // A producer's batch behind one that found the disk full leaves a gap, and a size is then not the expected one.
        bool isOrdinary = refused.Reason == StoreReason.Closed || (mayRefuse && refused.Reason
            is StoreReason.DiskFull or StoreReason.SequenceGap or StoreReason.SizeMismatch);
        Assert.True(isOrdinary, $"{batch} was refused: {refused}");
        batch.Fate = BatchFate.Refused;
        batch.Producer?.Batches.Remove(batch);
        _open.Remove(batch);
    }

    private static bool CheckAnswer(ModelBatch batch, bool mayAcknowledge, bool mayRefuse)
    {
        try
        {
            AppendResult result = batch.Answer.GetAwaiter().GetResult();
            Assert.True(batch.MustFail is null, $"{batch} was to be refused with {batch.MustFail}: {result}");
            ModelBatch first = batch.RepeatOf!;
            Assert.True(first.Fate == BatchFate.Stored, $"{batch} was answered before the first one was");
            Assert.Equal(new AppendResult(first.FirstIndex, first.Count, first.ReceivedMicros, true), result);
        }
        catch (StoreException refused)
        {
            bool isExpected = refused.Reason == batch.MustFail
                || refused.Reason == StoreReason.Closed
                || (refused.Reason == StoreReason.StorageFailed && !mayAcknowledge)
                || (refused.Reason == StoreReason.DiskFull && mayRefuse);
            Assert.True(isExpected, $"{batch} was to be refused with {batch.MustFail}: {refused}");
        }

        return true;
    }
}
