// All parts of a store, wired, and no thread: whoever owns it turns the crank. The store has three threads do it, the
// tests' simulation does it step by step in any order, opening and closing do it alone.
// RunSequencer, RunBundler and RunFlusher belong to one thread each; see the part they run.
using LedgerStore.Engine.Append;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Verification;

namespace LedgerStore.Engine;

/// <summary>The parts of an open store.</summary>
internal sealed partial class StoreCore : IDisposable
{
    // Segments, state logs and the journal may each find the disk full once before the reserve serves them.
    private const int FlushTriesMax = 3;

    private readonly AppendBuffer[] _buffers;

    public StoreCore(StoreParts parts, long lastFrame, long lastMicros, Func<uint, LedgerLog> openLedger)
    {
        StoreTuning tuning = parts.Tuning;
        Parts = parts;
        _steadyStart = parts.Time.GetTimestamp();
        _buffers = [.. Enumerable.Range(0, tuning.BufferCount).Select(_ => new AppendBuffer(tuning.BufferBytes))];
        Gate = new Gate(
            _buffers,
            lastFrame,
            parts.Backlog,
            parts.Clock,
            () => parts.Journal.IsNextReady,
            SequencerBell,
            FlusherBell);
        Disk = new DiskSpace(Gate, parts.Reserve, parts.Backlog, parts.Files, parts.Paths.Root, parts.Time);
        Writer = new JournalWriter(parts.Journal, lastFrame, lastMicros);
        Ledgers = new LedgerLogs(id => OpenLedger(openLedger, id));
        Workers = new BundleWorkers();
        Growth = new GrowthQueue(parts.Signing is { ReadOnlySuspect: false });
        Bundler = new Bundler(Gate, Ledgers, Workers, Disk, Growth, Meter, BundlerBell, lastFrame);
        Sequencer = new Sequencer(Gate, Writer, Poison, Bundler, Disk, Meter);
        Flusher = new Flusher(
            parts.Journal,
            Writer,
            Gate,
            Bundler,
            new FlushCommit(parts.Files, parts.Paths, Gate, StateLogs),
            Disk,
            parts.FlushLimits,
            FlusherBell);
        Appends = new Appends(Gate, parts.Builder, parts.Fingerprints);
        Changes = new AuditedChanges(this);
        bool isSuspect = parts.Signing is { ReadOnlySuspect: true };
        Book = new CheckpointBook(parts.Catalog, parts.Keys, Growth, isSuspect, ReadHistory);
        AuditProof = new AuditProof(parts.Catalog, Ledgers, Book, parts.Keys, parts.IsReadOnly);
        Claims = new RecordedClaims(this);
        Checkpointer = parts.Signing is { ReadOnlySuspect: false } signing ? MakeCheckpointer(signing) : null;
        Poison.OnSet(Gate.FailAll);
        Poison.OnSet(FailCheckpoints);
        Poison.OnSet(cause => EndWaits(new StoreException(
            StoreReason.StorageFailed, "the store has stopped; the first failure was: " + cause.Message, cause)));
        Observe();
        ObserveCheckpoints();
    }

    public StoreParts Parts { get; }

    /// <summary>Held by whoever writes state logs: the flusher and tiering, syncs included.</summary>
    public Lock StateLogs { get; } = new();

    public Poison Poison { get; } = new();

    public EngineMeter Meter { get; } = new();

    public Gate Gate { get; }

    public DiskSpace Disk { get; }

    public JournalWriter Writer { get; }

    public LedgerLogs Ledgers { get; }

    public BundleWorkers Workers { get; }

    public Bundler Bundler { get; }

    public Sequencer Sequencer { get; }

    public Flusher Flusher { get; }

    public Appends Appends { get; }

    public required Scrubber Scrubber
    {
        get;
        init
        {
            field = value;

            // Not before it is there: whoever scrapes may ask at any moment.
            ObserveScrubber();
        }
    }

    // ---- what wakes each thread: made before all parts, which ring them

    public Doorbell SequencerBell { get; } = new();

    public Doorbell BundlerBell { get; } = new();

    public Doorbell FlusherBell { get; } = new();

    public Doorbell CheckpointerBell { get; } = new();

    public Doorbell TieringBell { get; } = new();

    public bool RunSequencer()
    {
        bool worked = Sequencer.RunOnce();
        if (worked)
        {
            // The file may have been the last one ready, or the first one too many.
            FlusherBell.Ring();
            WakeCheckpointer();
        }

        return worked;
    }

    public bool RunBundler()
    {
        bool worked = Bundler.RunOnce();
        if (worked)
        {
            WakeCheckpointer();
        }

        return worked;
    }

    public bool RunFlusher() => Flusher.RunOnce();

    public bool RunScrubber() => Scrubber.RunOnce();

    /// <summary>What <c>_audit</c> says, proven.</summary>
    public AuditProof AuditProof { get; }

    /// <summary>What the files claim, against what <c>_audit</c> says.</summary>
    public RecordedClaims Claims { get; }

    /// <summary>The journal's thread has ended: who waits for a frame that will never be durable is told.</summary>
    public void FailHeld()
    {
        if (Poison.Cause is { } cause)
        {
            Sequencer.FailHeld(cause);
        }
        else if (Sequencer.IsHolding)
        {
            StoreException full = new(
                StoreReason.DiskFull, "the store was closed while the disk had no space for the journal");
            Gate.FailAll(full);
            Sequencer.FailHeld(full);
        }
    }

    /// <summary>Refuses every change of a store that has stopped.</summary>
    public void ThrowIfStopped()
    {
        if (Poison.Cause is { } cause)
        {
            throw new StoreException(
                StoreReason.StorageFailed,
                "the store has stopped; check the disk and restart. The first failure was: " + cause.Message,
                cause);
        }
    }

    /// <summary>Refuses every change of a store that only reads, and of one that has stopped.</summary>
    public void ThrowIfUnwritable()
    {
        ThrowIfStopped();
        if (Parts.IsReadOnly)
        {
            throw LedgerRefusals.ReadOnlyStore();
        }
    }

    /// <summary>The last words: everything is in the ledgers' files, and the journal says so. Alone, after
    /// Close.</summary>
    public void CloseCleanly()
    {
        if (!Parts.IsReadOnly && !Poison.IsSet && !Sequencer.IsHolding)
        {
            SignLast();
            if (TryFlushAll())
            {
                Sequencer.WriteMarker(FrameKind.Close);
            }
        }

        // Else what is on the disk only a restart will tell, and nothing is written there any more. The anchor is
        // elsewhere, and what was published may be anchored in any case.
        AnchorLast();
        FailCheckpoints(new StoreException(StoreReason.Closed, "the store is closed"));
    }

    /// <summary>Writes everything that is in the journal into the ledgers' files and commits it. Alone.</summary>
    /// <returns>False when there is no space for it: then the journal stays in charge.</returns>
    public bool TryFlushAll()
    {
        // A flush may be under way already; it is finished first.
        if (!TryFinishFlush())
        {
            return false;
        }

        Flusher.AskForAll();
        return TryFinishFlush();
    }

    /// <summary>Runs the bundler and the flusher on this thread until there is nothing to do.</summary>
    private bool TryFinishFlush()
    {
        // A try that finds the disk full gives up the reserve for the next one.
        for (int tries = 0; tries < FlushTriesMax; tries++)
        {
            while (RunBundler() | RunFlusher())
            {
            }

            if (!Flusher.IsBusy)
            {
                return true;
            }
        }

        Invariant.That(Disk.IsFull, "a flush that nobody disturbs comes to its end");
        return false;
    }

    /// <summary>A change of the store's files that fails stops the store, whoever asked for it; a read that fails does
    /// not. Changes that find no space and can be made again say so before they come here.</summary>
    private T OrStop<T>(Func<T> change)
    {
        try
        {
            return change();
        }
        catch (Exception failed) when (failed is StorageFailedException or StorageException { IsReadFailure: false })
        {
            Poison.TrySet(failed);
            throw;
        }
    }

    /// <summary>Nothing more will be durable or readable: who waits for it in some ledger is told.</summary>
    private void EndWaits(StoreException end)
    {
        foreach (LedgerLog ledger in Ledgers.All)
        {
            ledger.Durable.Fault(end);
            ledger.Readable.Fault(end);
        }
    }

    public void Dispose()
    {
        // First: nobody asks the parts for figures while they go.
        Meter.Dispose();
        EndWaits(new StoreException(StoreReason.Closed, "the store is closed"));
        Workers.Dispose();
        Writer.Dispose();
        Parts.Dispose();
        foreach (AppendBuffer buffer in _buffers)
        {
            buffer.Dispose();
        }
    }

    private void Observe()
    {
        Meter.Observe("ledgerstore.append.waiting", "{batch}", "batches that wait for room", () => Gate.WaitingCount);
        Meter.Observe("ledgerstore.frame.durable", "{frame}", "last durable frame", () => Gate.DurableFrame.Value);
        Meter.Observe("ledgerstore.frame.bundled", "{frame}", "last bundled frame", () => Bundler.ProcessedFrame);
        Meter.Observe(
            "ledgerstore.journal.retained", "{file}", "files behind the present one",
            () => Parts.Journal.RetainedCount);
        Meter.Observe("ledgerstore.memory.held", "By", "bundles that are not on the disk", () => Bundler.HeldBytes);
        Meter.Observe("ledgerstore.cache.bytes", "By", "decoded bundles in memory", () => Parts.Services.Cache.Bytes);
        Meter.Observe("ledgerstore.cache.hits", "{read}", "reads from memory", () => Parts.Services.Cache.Hits);
        Meter.Observe("ledgerstore.cache.misses", "{read}", "reads from files", () => Parts.Services.Cache.Misses);
        Meter.Observe("ledgerstore.ledgers.open", "{ledger}", "ledgers in use", () => Ledgers.All.Count);
    }

    private void ObserveScrubber()
    {
        Meter.Observe("ledgerstore.scrub.bytes", "By", "segment bytes read to check them", () => Scrubber.Bytes);
        Meter.Observe("ledgerstore.scrub.findings", "{finding}", "what checking found", () => Scrubber.Findings);
        Meter.Observe("ledgerstore.scrub.rounds", "{round}", "rounds through all segments", () => Scrubber.FullRounds);
        Meter.Observe(
            "ledgerstore.scrub.withheld", "{range}", "ranges that readers are refused",
            () => Parts.Services.Withheld.Count);
    }
}
