// All parts of a store, wired, and no thread: whoever owns it turns the crank. The store has three threads do it, the
// tests' simulation does it step by step in any order, opening and closing do it alone.
// RunSequencer, RunBundler and RunFlusher belong to one thread each; see the part they run.
using System.Security.Cryptography;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Entries;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Indexing;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Recovery;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;
using LedgerStore.Engine.Verification;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>The parts of an open store.</summary>
internal sealed partial class StoreCore : IDisposable
{
    // Segments, state logs and the journal may each find the disk full once before the reserve serves them.
    private const int FlushTriesMax = 3;

    private readonly IDisposable _directoryLock;
    private readonly AppendBuffer[] _buffers;

    /// <summary>All parts, each made of those before it.</summary>
    /// <param name="lastFrame">The last frame that a journal holds, and the time of the last batch in it.</param>
    public StoreCore(
        StoreGround ground,
        Reserve reserve,
        StoreOptions options,
        StoreTuning tuning,
        RandomNumberGenerator random,
        (long Number, long Micros) lastFrame,
        IDisposable directoryLock)
    {
        (Ground, Reserve, Tuning, _directoryLock) = (ground, reserve, tuning, directoryLock);
        Signing = options.Signing;
        bool isSuspect = Signing is { ReadOnlySuspect: true };

        // What the files say.
        Catalog = Catalog.Open(ground.Files, ground.Paths, ground.StoreId, ground.Mode);
        Keys = StoreKeys.Open(
            ground.Files, ground.Paths, ground.StoreId, ground.Mode, Signing?.Key ?? options.KeyForReading);
        Journal = new JournalPool(
            ground.Files,
            ground.Paths.JournalDirectory,
            ground.StoreId,
            tuning.JournalFileBytes,
            () => NextNonce(random));
        Opener = new LedgerOpener(ground, Catalog, new DamageNotes(ground.Files, ground.Paths));
        Ledgers = new OpenLedgers(ground, Keys, isSigned: Signing is not null && !isSuspect, isSuspect, Open);

        // The way of an append.
        _buffers = [.. Enumerable.Range(0, tuning.BufferCount).Select(_ => new AppendBuffer(tuning.BufferBytes))];
        Gate = new Gate(
            _buffers,
            lastFrame.Number,
            reserve.Backlog,
            ground.Clock,
            () => Journal.IsNextReady,
            SequencerBell,
            FlusherBell);
        Appends = new Appends(Gate, new EntryBuilder(random), new BatchFingerprint(ground.StoreId));
        Disk = new DiskSpace(Gate, reserve, ground.Files, ground.Paths.Root, ground.Time);
        Writer = new JournalWriter(Journal, lastFrame.Number, lastFrame.Micros);
        Workers = new BundleWorkers();
        Bundler = new Bundler(Gate, Ledgers, Workers, Disk, Meter, BundlerBell, lastFrame.Number);
        Sequencer = new Sequencer(Gate, Writer, Poison, Bundler, Disk, Meter);
        FlushCommit commit = new(ground.Files, ground.Paths, Gate, StateLogs);
        long files = options.JournalBudgetBytes / tuning.JournalFileBytes;
        Flusher = new Flusher(
            Journal, Writer, Gate, Bundler, commit, Disk, files, tuning.HeldBytesMax, FlusherBell);

        // What is signed, and what counts because it is.
        AuditProof = new AuditProof(Catalog, Ledgers, Keys, ground.IsReadOnly);
        Changes = new AuditedChanges(this);
        Claims = new RecordedClaims(this);
        Confirmation = new ExpiryConfirmation(AuditProof, options.Tiering.SecondCheckAfter, Refuted);
        Checkpointer = MakeCheckpointer();

        // What looks after what is written.
        Retention = new LedgerRetention(ground, Catalog, StateLogs, Changes.Make);
        Tiering = MakeTiering(options.Tiering);
        Indexes = new LedgerIndexes(Catalog, ReadSaid);
        IndexFiles = new IndexFiles(ground);
        Indexing = MakeIndexing(options.Tiering);
        Scrubber = MakeScrubber(options, random);

        Poison.OnSet(Gate.FailAll);
        Poison.OnSet(FailCheckpoints);
        Poison.OnSet(cause => EndWaits(new StoreException(
            StoreReason.StorageFailed, "the store has stopped; the first failure was: " + cause.Message, cause)));

        // Not before everything is there: whoever scrapes may ask at any moment.
        StoreMeters.Observe(this);
    }

    public StoreGround Ground { get; }

    public StoreTuning Tuning { get; }

    /// <summary>Null in a store that signs nothing.</summary>
    public SigningOptions? Signing { get; }

    public Reserve Reserve { get; }

    public Catalog Catalog { get; }

    public StoreKeys Keys { get; }

    public JournalPool Journal { get; }

    public LedgerOpener Opener { get; }

    /// <summary>Held by whoever writes state logs: the flusher and tiering, syncs included.</summary>
    public Lock StateLogs { get; } = new();

    public Poison Poison { get; } = new();

    public EngineMeter Meter { get; } = new();

    public Gate Gate { get; }

    public DiskSpace Disk { get; }

    public JournalWriter Writer { get; }

    public OpenLedgers Ledgers { get; }

    public BundleWorkers Workers { get; }

    public Bundler Bundler { get; }

    public Sequencer Sequencer { get; }

    public Flusher Flusher { get; }

    public Appends Appends { get; }

    public Scrubber Scrubber { get; }

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
        if (Ground.IsReadOnly)
        {
            throw LedgerRefusals.ReadOnlyStore();
        }
    }

    /// <summary>The last words: everything is in the ledgers' files, and the journal says so. Alone, after
    /// Close.</summary>
    public void CloseCleanly()
    {
        if (!Ground.IsReadOnly && !Poison.IsSet && !Sequencer.IsHolding)
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
    private void OrStop(Action change) => OrStop(() =>
    {
        change();
        return true;
    });

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
        foreach (OpenLedger ledger in Ledgers.All)
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
        Journal.Dispose();
        Ground.Services.Dispose();
        foreach (AppendBuffer buffer in _buffers)
        {
            buffer.Dispose();
        }

        // Last: from here on another process may open the directory.
        _directoryLock.Dispose();
    }

    private Scrubber MakeScrubber(StoreOptions options, RandomNumberGenerator random) => new(
        Ground.Files,
        Ground.Paths,
        Ground.StoreId,
        Catalog,
        Ground.Services.Withheld,
        WithOwnKey(options.Scrub, Keys),
        Ground.Time,
        NextNonce(random) / (double)ulong.MaxValue)
    {
        NoticeAhead = options.Tiering.SecondCheckAfter,
        Claims = Claims.Scrub,
        IsEarly = () => Claims.IsEarly,
        AuditEntry = index => AuditProof.Read(index).Entry,
    };

    private static ulong NextNonce(RandomNumberGenerator random)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        random.GetBytes(bytes);
        return BitConverter.ToUInt64(bytes);
    }

    /// <summary>What is signed by the key that the store signs with is believed, and nothing else.</summary>
    private static ScrubOptions WithOwnKey(ScrubOptions scrub, StoreKeys keys) => scrub with
    {
        FindKeys = origin => scrub.FindKeys?.Invoke(origin)
            ?? (keys.OwnKeyOf(origin) is { } key ? LogKeySet.Trust(origin, key) : null),
    };
}
