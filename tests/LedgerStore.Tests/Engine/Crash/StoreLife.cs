// One life of a simulated store: opened, turned step by step in a random order on one thread, until it is closed, the
// power fails, the process is killed, or the disk fails. The same seed gives the same life.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>What a life is made of.</summary>
internal sealed record LifePlan(
    StoreOptions Options, StoreTuning Tuning, IFileSystem Files, DiskWeather Weather, ManualTime Time, ulong Seed);

/// <summary>Drives one open store and its model.</summary>
internal sealed class StoreLife : IDisposable
{
    private const int LedgersMax = 5;
    private const int OpenBatchesMax = 30;
    private const int LazyOneIn = 8;
    private readonly LifePlan _plan;
    private readonly StoreModel _model;
    private readonly SplitMix _random;
    private readonly BatchMaker _batches;
    private readonly TurnedThread _sequencer;
    private readonly TurnedThread _bundler;
    private readonly TurnedThread _flusher;
    private readonly TurnedThread _checkpointer;
    private readonly TurnedThread _anchor;
    private readonly Doorbell _anchorBell = new();

    // Gets the processor seldom in this life, if any does.
    private readonly TurnedThread? _lazy;
    private bool _wasFull;
    private long _fullAtTheEnd;

    private StoreLife(LifePlan plan, StoreModel model, StoreCore core, SplitMix random)
    {
        _plan = plan;
        _model = model;
        _random = random;
        _batches = new BatchMaker(model, random);
        _wasFull = plan.Weather.Errno == FileErrno.NoSpace;
        Core = core;
        _sequencer = new TurnedThread(core.RunSequencer, core.SequencerBell);
        _bundler = new TurnedThread(core.RunBundler, core.BundlerBell);
        _flusher = new TurnedThread(core.RunFlusher, core.FlusherBell);
        _checkpointer = new TurnedThread(core.RunCheckpointer, core.CheckpointerBell);
        _anchor = new TurnedThread(core.RunAnchor, _anchorBell);
        core.Changes.Turn = () => Run(_sequencer.Turn) | Run(_bundler.Turn) | Run(_flusher.Turn);
        TurnedThread[] threads = [_sequencer, _bundler, _flusher];
        _lazy = random.OneIn(2) ? threads[random.Below(threads.Length)] : null;
    }

    public StoreCore Core { get; }

    /// <summary>The store may stop because of what the disk did.</summary>
    public bool HasFailed => Core.Poison.IsSet;

    private bool MayAcknowledge => !HasFailed && _plan.Weather.Failed is null;

    /// <summary>Opens the store, and checks everything that the lives before it have left.</summary>
    public static StoreLife Open(LifePlan plan, StoreModel model)
    {
        SplitMix random = new(plan.Seed);
        StoreCore core = StoreErrors.Translate(() => new StoreOpener(
            plan.Files, plan.Options, plan.Tuning, new SeededBytes(random.Next())).Open());
        StoreLife life = new(plan, model, core, random);
        try
        {
            foreach (ModelLedger ledger in model.Ledgers)
            {
                life.FindOut(ledger);
            }

            model.Reconcile(core);
            model.Signed.Check(core);
            StoreCheck.CheckStore(core, model, isThorough: false);
            return life;
        }
        catch
        {
            life.Dispose();
            throw;
        }
    }

    /// <summary>Something happens.</summary>
    public void Step()
    {
        switch (_random.Below(100))
        {
            case < 34:
                Append();
                break;
            case < 60:
                Turn(_sequencer);
                break;
            case < 80:
                Turn(_bundler);
                break;
            case < 88:
                Turn(_flusher);
                break;
            case < 91:
                Run(_random.OneIn(4) ? _anchor.Turn : _checkpointer.Turn);
                break;
            case < 93:
                CreateLedger();
                break;
            case < 97:
                Read();
                break;
            case < 98:
                PassTime();
                break;
            default:
                ChangeSpace();
                break;
        }
    }

    /// <summary>Turns everything until every thread sleeps: whoever waits then, waits for ever, unless it is for
    /// space.</summary>
    public void RunAll()
    {
        while (!HasFailed && (Run(_sequencer.Turn) | Run(_bundler.Turn) | Run(_flusher.Turn)
            | Run(_checkpointer.Turn) | Run(_anchor.Turn)))
        {
        }

        Assert.True(HasFailed || _wasFull || _model.OpenCount == 0, "every thread sleeps, and somebody waits");
    }

    /// <summary>Allows times without space from now on.</summary>
    public void LetDiskFill() => _fullAtTheEnd = 1;

    /// <summary>Space is back: appends go on by themselves.</summary>
    public void FreeSpace()
    {
        _plan.Weather.IsFull = false;
        for (int i = 0; i < 3; i++)
        {
            RetryWhenFull();
            RunAll();
        }

        if (HasFailed)
        {
            return;
        }

        Assert.False(Core.Disk.IsFull, "there is space again, and the store does not see it");
        long before = _model.AcknowledgedCount;
        _wasFull = false;
        Assert.Equal(0, _model.OpenCount);
        if (_batches.Fresh() is { } batch)
        {
            Send(batch);
            RunAll();
            Assert.True(HasFailed || _model.AcknowledgedCount == before + 1, "appends go on when there is space again");
        }
    }

    /// <summary>Closes as the store does it, its threads joined one after the other.</summary>
    public void Close()
    {
        Core.Gate.Close();
        RunToEnd(Core.RunSequencer);
        RunToEnd(Core.RunBundler);
        RunToEnd(Core.RunFlusher);
        StopThreads();
        Run(() =>
        {
            Core.CloseCleanly();
            return false;
        });
        StopThreads();
        _model.PollAll(MayAcknowledge, mayRefuse: true);
    }

    public void Dispose()
    {
        _model.TakeLastAnswers();
        Core.Dispose();
    }

    private void StopThreads()
    {
        // What the thread of the sequencer does last. Of a frame that waits for space nobody knows what is on the disk.
        bool mayAcknowledge = MayAcknowledge && !Core.Sequencer.IsHolding;
        Core.FailHeld();
        _model.Poll(mayAcknowledge, mayRefuse: true);
    }

    private void Turn(TurnedThread thread)
    {
        if (thread != _lazy || _random.OneIn(LazyOneIn))
        {
            Run(thread.Turn);
        }
    }

    private void PassTime()
    {
        _plan.Time.Pass(TimeSpan.FromMilliseconds(_random.Below(5000)));
        RetryWhenFull();
        Core.CheckpointerBell.Ring();
        _anchorBell.Ring();
        RunAll();
    }

    /// <summary>What the store's timer does.</summary>
    private void RetryWhenFull()
    {
        if (Core.Disk.IsFull || Core.Gate.WaitingCount > 0)
        {
            Core.SequencerBell.Ring();
            Core.BundlerBell.Ring();
            Core.FlusherBell.Ring();
        }
    }

    private void RunToEnd(Func<bool> part)
    {
        while (!HasFailed && Run(part))
        {
        }
    }

    /// <summary>Runs a part as its thread does: what it throws stops the store.</summary>
    private bool Run(Func<bool> part)
    {
        if (HasFailed)
        {
            return false;
        }

        bool worked;
        try
        {
            worked = part();
        }
        catch (Exception failure) when (failure is not (SimulatedCrash or ProcessKilledException))
        {
            if (_plan.Weather.Failed is null)
            {
                throw new InvalidOperationException($"the store stopped, and nothing had failed: {failure}", failure);
            }

            Core.Poison.TrySet(failure);
            Core.FailHeld();
            _model.PollAll(mayAcknowledge: false, mayRefuse: true);
            return false;
        }

        _model.Poll(MayAcknowledge, _wasFull);
        _model.Signed.Look(Core);
        return worked;
    }

    private void Append()
    {
        ModelBatch? batch = _model.OpenCount >= OpenBatchesMax ? null : _batches.Next(!_wasFull);
        if (batch is not null)
        {
            Send(batch);
        }
    }

    /// <summary>Sends a batch; its answer comes when the parts are run.</summary>
    public void Send(ModelBatch batch)
    {
        try
        {
            batch.Send(Core.Appends, Core.Ledgers.Get(batch.Ledger.Id));
            _model.Sent(batch);
        }
        catch (StoreException refused)
        {
            Assert.True(HasFailed && refused.Reason == StoreReason.StorageFailed, $"{batch} was not taken: {refused}");
        }
    }

    private void CreateLedger()
    {
        if (_model.Ledgers.Count >= LedgersMax)
        {
            return;
        }

        Create(new ModelLedger($"ledger-{_model.Ledgers.Count}", _random.OneIn(3)));
    }

    /// <summary>Creates a ledger.</summary>
    public void Create(ModelLedger ledger)
    {
        _model.Ledgers.Add(ledger);
        try
        {
            CatalogLedger created = StoreErrors.Translate(
                () => Core.CreateLedger(ledger.Name, new LedgerOptions { IsSalted = ledger.IsSalted }));
            (ledger.IsCreated, ledger.Id) = (true, created.Id);
        }
        catch (StoreException refused) when (refused.Reason == StoreReason.DiskFull)
        {
            Assert.True(_plan.Weather.IsFull || Core.Disk.IsFull, $"there was space: {refused}");
            _model.Ledgers.Remove(ledger);
            _model.Refused.Add(ledger.Name);
        }
        catch (StoreException exists) when (exists.Reason == StoreReason.LedgerExists
            && _model.Doubted.Contains(ledger.Name))
        {
            // The disk was full when it was to be created, _audit said it already, and a start since then made it.
            CatalogLedger made = Core.Catalog.Find(ledger.Name)!;
            _model.Ledgers.Remove(ledger);
            _model.Ledgers.Add(new ModelLedger(made.Name, made.IsSalted) { IsCreated = true, Id = made.Id });
        }
        catch (StoreException failed)
        {
            Assert.True(_plan.Weather.Failed is not null, $"the ledger was not created: {failed}");
            Assert.True(HasFailed, $"a failed write or sync stops the store: {failed}");
            Core.FailHeld();
            _model.PollAll(mayAcknowledge: false, mayRefuse: true);
        }
    }

    /// <summary>A ledger of which nobody was told that it is there: it is there or not.</summary>
    private void FindOut(ModelLedger ledger)
    {
        if (!ledger.IsCreated && Core.Catalog.Find(ledger.Name) is null)
        {
            Assert.Equal(0, ledger.Size);
            CatalogLedger created = StoreErrors.Translate(
                () => Core.CreateLedger(ledger.Name, new LedgerOptions { IsSalted = ledger.IsSalted }));
            (ledger.IsCreated, ledger.Id) = (true, created.Id);
        }
        else
        {
            CatalogLedger? found = Core.Catalog.Find(ledger.Name);
            Assert.True(found is not null, $"ledger '{ledger.Name}' is gone");
            if (!ledger.IsCreated
                && (_model.Doubted.Contains(ledger.Name) || _model.Refused.Contains(ledger.Name)))
            {
                // Refused on a full disk, asked for again, and then a write failed: the start made what was said first.
                ledger.IsSalted = found.IsSalted;
            }

            (ledger.IsCreated, ledger.Id) = (true, found.Id);
        }
    }

    private void Read()
    {
        ModelLedger? ledger = _batches.AnyLedger();
        if (ledger is null || ledger.Size == 0)
        {
            return;
        }

        OpenLedger log = Core.Ledgers.Get(ledger.Id);
        long end = Math.Min(log.ReadableSize, ledger.Size);
        long first = Math.Min(ledger.Seen.Count, (long)(_random.Next() % (ulong)ledger.Size));
        _plan.Weather.FailsReads = _random.OneIn(4);
        try
        {
            StoreCheck.CheckEntries(log, ledger, first, Math.Min(end, first + 600));
        }
        catch (StoreException lost) when (lost.Reason == StoreReason.DataLoss)
        {
            Assert.True(_plan.Weather.FailsReads, lost.Message);
        }
        finally
        {
            _plan.Weather.FailsReads = false;
        }
    }

    private void ChangeSpace()
    {
        if (_fullAtTheEnd == 0)
        {
            return;
        }

        _plan.Weather.IsFull = !_plan.Weather.IsFull;
        _wasFull = true;
    }
}
