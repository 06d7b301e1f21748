// What a simulated store must hold, over all its lives: what was acknowledged for ever, what was on its way perhaps,
// and that in order. Owned by one simulation, on one thread.
using LedgerStore.Engine;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Fields;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>The right answer.</summary>
internal sealed class StoreModel
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Sent in this life or before, and not known to be stored or refused; in the order in which they were sent.
    private readonly List<ModelBatch> _open = [];
    private readonly List<ModelBatch> _questions = [];
    private bool _isBehindLost;

    public List<ModelLedger> Ledgers { get; } = [];

    /// <summary>Ledgers that were refused in this life because the disk was full.</summary>
    public HashSet<string> Refused { get; private init; } = [];

    /// <summary>Those of the lives before: a start since then may have made them all the same.</summary>
    public HashSet<string> Doubted { get; private init; } = [];

    /// <summary>What was published: for no size two roots, ever.</summary>
    public SigningModel Signed { get; private init; } = new();

    public long NextNumber { get; set; } = 1;

    public int OpenCount => _open.Count;

    /// <summary>The stamp of the newest stored batch: time never goes back.</summary>
    public long LastMicros { get; private set; }

    public long AcknowledgedCount { get; private set; }

    /// <summary>A copy that can find out what one of many possible crashes has left.</summary>
    public StoreModel Copy()
    {
        StoreModel copy = new()
        {
            NextNumber = NextNumber,
            LastMicros = LastMicros,
            Signed = Signed.Copy(),
            Refused = [.. Refused],
            Doubted = [.. Doubted],
        };
        Dictionary<ModelBatch, ModelBatch> batches = [];
        foreach (ModelLedger ledger in Ledgers)
        {
            copy.Ledgers.Add(ledger.Copy(batches, _open));
        }

        copy._open.AddRange(_open.Select(batch => batches[batch]));
        return copy;
    }

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
        ledger.Size + _open.Sum(batch => batch.Ledger == ledger ? (long)batch.Count : 0);

    /// <summary>Takes the answers that have come.</summary>
    /// <param name="mayAcknowledge">False after a failure: then nothing may be acknowledged any more.</param>
    /// <param name="mayRefuse">The disk was full in this life: batches may be refused for that.</param>
    public void Poll(bool mayAcknowledge, bool mayRefuse)
    {
        bool isBehindOpen = false;
        for (int i = 0; i < _open.Count; i++)
        {
            ModelBatch batch = _open[i];
            if (batch.Fate == BatchFate.Unknown || !batch.Answer.IsCompleted)
            {
                isBehindOpen = true;
                continue;
            }

            try
            {
                AppendResult result = batch.TakeAnswer();
                FailIf(isBehindOpen, batch, "was acknowledged before one that was sent earlier");
                FailIf(!mayAcknowledge, batch, "was acknowledged after a failure");
                Acknowledge(batch, result);
            }
            catch (StoreException refused)
            {
                isBehindOpen |= refused.Reason == StoreReason.StorageFailed;
                Refuse(batch, refused, mayAcknowledge, mayRefuse);
            }
            catch (Exception over) when (IsEnd(over))
            {
                batch.Fate = BatchFate.Unknown;
                throw;
            }

            // What is known by now has left the list.
            i -= batch.Fate is BatchFate.Stored or BatchFate.Refused ? 1 : 0;
        }

        foreach (ModelBatch question in _questions.FindAll(static batch => batch.Answer.IsCompleted))
        {
            // An answer is taken once, whatever is wrong with it.
            _questions.Remove(question);
            CheckAnswer(question, mayAcknowledge, mayRefuse);
        }
    }

    /// <summary>Waits until everything is answered: the store is closed, or has failed, and nobody is left waiting.
    /// </summary>
    public void PollAll(bool mayAcknowledge, bool mayRefuse)
    {
        bool Answered(ModelBatch batch) => batch.Fate != BatchFate.Pending || batch.Answer.IsCompleted;
        SpinWait.SpinUntil(() => _open.TrueForAll(Answered) && _questions.TrueForAll(Answered), s_patience);
        Poll(mayAcknowledge, mayRefuse);
        foreach (ModelBatch batch in _open.Concat(_questions))
        {
            FailIf(batch.Fate != BatchFate.Unknown, batch, "was never answered");
        }
    }

    /// <summary>The process is gone: what was on its way may be stored or not.</summary>
    public void EndLife()
    {
        _questions.Clear();
        Doubted.UnionWith(Refused);
        Refused.Clear();
        foreach (ModelBatch batch in _open)
        {
            batch.Fate = BatchFate.Unknown;
        }
    }

    /// <summary>Takes what was answered in the step in which the process died: acknowledged is acknowledged, refused is
    /// refused. To be called before the store is disposed of.</summary>
    public void TakeLastAnswers()
    {
        foreach (ModelBatch batch in _open.ToArray())
        {
            TakeLastAnswer(batch);
        }
    }

    private void TakeLastAnswer(ModelBatch batch)
    {
        if (batch.IsAnswerTaken)
        {
            // The test has failed over this very answer.
            return;
        }

        if (batch.Fate == BatchFate.Unknown || !batch.Answer.IsCompleted)
        {
            batch.Fate = BatchFate.Unknown;
            return;
        }

        try
        {
            Acknowledge(batch, batch.TakeAnswer());
        }
        catch (StoreException refused)
        {
            Refuse(batch, refused, mayAcknowledge: false, mayRefuse: true);
        }
        catch (Exception over) when (IsEnd(over))
        {
            batch.Fate = BatchFate.Unknown;
        }
    }

    private static bool IsEnd(Exception error) => error is SimulatedCrash or ProcessKilledException;

    /// <summary>Finds out what of the unknown batches is stored: whole batches, in order, none behind a lost one.
    /// </summary>
    public void Reconcile(StoreCore core)
    {
        // One by one, since the life that finds out may end while it does, and the next goes on.
        while (_open.Count > 0)
        {
            ModelBatch batch = _open[0];
            ModelLedger ledger = batch.Ledger;
            OpenLedger log = core.Ledgers.Get(ledger.Id);
            if (log.Durable.Value <= ledger.Size)
            {
                _isBehindLost = true;
                batch.Fate = BatchFate.Refused;
                batch.Producer?.Batches.Remove(batch);
                _open.RemoveAt(0);
                continue;
            }

            FailIf(_isBehindLost, batch, "survived, and one that was sent before it did not");
            FailIf(log.Durable.Value < ledger.Size + batch.Count, batch, "survived in part");
            long micros = MicrosAt(log, ledger.Size);
            NoteTime(batch, micros);
            ledger.Add(batch, micros);
            _open.RemoveAt(0);
        }

        _isBehindLost = false;
    }

    private static long MicrosAt(OpenLedger log, long index)
    {
        using BundleLease lease = log.WaitForBundle(index / StoreLimits.EntriesPerBundle, 0);
        return EntryView.Parse(lease.Entry((int)(index - lease.FirstIndex))).ReceivedMicros;
    }

    private void Acknowledge(ModelBatch batch, AppendResult result)
    {
        FailIf(result.IsDuplicate, batch, "was sent once and is called a duplicate");
        FailIf(batch.Ledger.Size != result.FirstIndex, batch, "is not at the end of its ledger");
        FailIf(batch.Count != result.Count, batch, "was acknowledged with another count");
        NoteTime(batch, result.ReceivedMicros);
        batch.Ledger.Add(batch, result.ReceivedMicros);
        _open.Remove(batch);
        AcknowledgedCount++;
    }

    private void NoteTime(ModelBatch batch, long micros)
    {
        FailIf(micros < LastMicros, batch, "has a time before that of the one before it");
        LastMicros = micros;
    }

    private void Refuse(ModelBatch batch, StoreException refused, bool mayAcknowledge, bool mayRefuse)
    {
        if (refused.Reason == StoreReason.StorageFailed)
        {
            FailIf(mayAcknowledge, batch, "failed, and the store had not", refused);
            batch.Fate = BatchFate.Unknown;
            return;
        }

        // A producer's batch behind one that found the disk full leaves a gap, and a size is then not the expected one.
        bool isOrdinary = refused.Reason == StoreReason.Closed || (mayRefuse && refused.Reason
            is StoreReason.DiskFull or StoreReason.SequenceGap or StoreReason.SizeMismatch);
        FailIf(!isOrdinary, batch, "was refused", refused);
        batch.Fate = BatchFate.Refused;
        batch.Producer?.Batches.Remove(batch);
        _open.Remove(batch);
    }

    private static void CheckAnswer(ModelBatch batch, bool mayAcknowledge, bool mayRefuse)
    {
        try
        {
            AppendResult result = batch.Answer.GetAwaiter().GetResult();
            FailIf(batch.MustFail is not null, batch, "was to be refused");
            ModelBatch first = batch.RepeatOf!;
            FailIf(first.Fate != BatchFate.Stored, batch, "was answered before the first one was");
            Assert.Equal(new AppendResult(first.FirstIndex, first.Count, first.ReceivedMicros, true), result);
        }
        catch (StoreException refused)
        {
            bool isExpected = refused.Reason == batch.MustFail
                || refused.Reason == StoreReason.Closed
                || (refused.Reason == StoreReason.StorageFailed && !mayAcknowledge)
                || (refused.Reason == StoreReason.DiskFull && mayRefuse);
            FailIf(!isExpected, batch, "was refused for another reason", refused);
        }
    }

    // No message is made while all is well: this runs for every batch, thousands of times.
    private static void FailIf(bool isWrong, ModelBatch batch, string what, Exception? error = null)
    {
        if (isWrong)
        {
            Assert.Fail($"{batch} {what}. Its ledger has {batch.Ledger.Size} entries. {error}");
        }
    }
}
