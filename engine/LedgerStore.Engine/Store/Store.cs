// The store, for whoever embeds it: open, create and find ledgers, close. Any thread.
using System.Security.Cryptography;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>One data directory, open in one process: one journal, many ledgers.</summary>
/// <example>
/// <code>
/// using Store store = Store.Open(new StoreOptions { Directory = "/var/lib/audit" });
/// Ledger ledger = store.GetOrCreateLedger("payments");
/// AppendResult result = await ledger.AppendAsync("one record"u8);
/// </code>
/// </example>
public sealed partial class Store : IDisposable
{
    // Appends that found the disk full are refused at once; what is on its way is tried again this often.
    private static readonly TimeSpan s_retryInterval = TimeSpan.FromMilliseconds(250);

    private readonly StoreCore _core;
    private readonly WorkerThread _sequencer;
    private readonly WorkerThread _bundler;
    private readonly WorkerThread _flusher;
    private readonly WorkerThread _checkpointer;
    private readonly WorkerThread _anchor;
    private readonly Doorbell _anchorBell = new();
    private readonly ITimer _retry;
    private readonly ITimer? _round;
    private readonly Lock _closing = new();
    private bool _isClosed;

    private Store(StoreCore core, TimeProvider time)
    {
        _core = core;
        _sequencer = new WorkerThread("ledger-journal", core.RunSequencer, core.Poison, core.SequencerBell)
        {
            OnEnded = core.FailHeld,
        };
        _bundler = new WorkerThread("ledger-bundle", core.RunBundler, core.Poison, core.BundlerBell);
        _flusher = new WorkerThread("ledger-flush", core.RunFlusher, core.Poison, core.FlusherBell);
        _checkpointer = new WorkerThread("ledger-sign", core.RunCheckpointer, core.Poison, core.CheckpointerBell);
        _anchor = new WorkerThread("ledger-anchor", core.RunAnchor, core.Poison, _anchorBell);
        _scrubber = new WorkerThread("ledger-scrub", core.RunScrubber, core.Poison, _scrubberBell)
        {
            OnStarted = BackgroundPriority.Take,

            // However it ends, nobody waits for a scrub that will not come.
            OnEnded = () =>
            {
                core.Scrubber.Stop();
                core.Scrubber.Close();
            },
        };
        _scrubTimer = time.CreateTimer(_ => _scrubberBell.Ring(), null, s_scrubInterval, s_scrubInterval);
        _tiering = new WorkerThread("ledger-tier", RunTiering, core.Poison, core.TieringBell)
        {
            OnStarted = BackgroundPriority.Take,
        };
        _tieringTimer = time.CreateTimer(_ => core.TieringBell.Ring(), null, s_scrubInterval, s_scrubInterval);
        _retry = time.CreateTimer(_ => RetryWhenFull(), null, s_retryInterval, s_retryInterval);
        _round = core.Signing is { } signing
            ? time.CreateTimer(_ => BeginRound(), null, signing.Interval, signing.Interval)
            : null;
    }

    /// <summary>Why the store has stopped; null while it works.</summary>
    public Exception? Failure => _core.Poison.Cause;

    /// <summary>Whether it was opened for reading only.</summary>
    public bool IsReadOnly => _core.Ground.IsReadOnly;

    /// <summary>Ledgers, by name. Those of the store itself begin with an underscore.</summary>
    public IReadOnlyList<string> LedgerNames => [.. _core.Catalog.SortedByName().Select(l => l.Name)];

    /// <summary>Opens the store in a directory, or creates it. Returns when everything acknowledged is
    /// recovered.</summary>
    /// <exception cref="StoreException">InUse, Corruption or StorageFailed: the message says what to do. A directory
    /// that cannot be written can be opened with <see cref="StoreOptions.ReadOnly"/>.</exception>
    public static Store Open(StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Open(options, StoreTuning.Default, new LinuxFileSystem());
    }

    internal static Store Open(StoreOptions options, StoreTuning tuning, IFileSystem files)
    {
        StoreCore core = StoreErrors.Translate(
            () => new StoreOpener(files, options, tuning, RandomNumberGenerator.Create()).Open());
        Store store = new(core, options.Time);
        if (options.ReadOnly)
        {
            // Nothing is written, so nobody is there who writes.
            store._scrubber.Start();
            return store;
        }

        core.Changes.Turn = null;
        core.Workers.Start(tuning.HashHelpers, core.Poison);
        store._sequencer.Start();
        store._bundler.Start();
        store._flusher.Start();
        store._scrubber.Start();
        store._tiering.Start();
        if (core.Checkpointer is not null)
        {
            store._checkpointer.Start();
            store._anchor.Start();
        }

        return store;
    }

    /// <summary>Creates a ledger; it is durable when this returns.</summary>
    /// <param name="name">1 to 63 of a-z, 0-9, dot, underscore and hyphen, beginning with a letter or digit.</param>
    /// <exception cref="StoreException">LedgerExists, InvalidArgument, LimitReached, DiskFull.</exception>
    public Ledger CreateLedger(string name, LedgerOptions? options = null)
    {
        _core.ThrowIfUnwritable();
        LedgerRefusals.RefuseIndex(name, "created");
        CatalogLedger created = StoreErrors.Translate(() => _core.CreateLedger(name, options ?? new LedgerOptions()));
        return new Ledger(_core, _core.Ledgers.Get(created.Id));
    }

    /// <summary>A ledger by name.</summary>
    /// <exception cref="StoreException">LedgerNotFound, or DataLoss if its files cannot be read at all.</exception>
    public Ledger GetLedger(string name) =>
        TryGetLedger(name, out Ledger? ledger)
            ? ledger
            : throw new StoreException(
                StoreReason.LedgerNotFound, $"there is no ledger '{name}'; create it, or look at the list of ledgers");

    /// <summary>A ledger by name, if there is one.</summary>
    public bool TryGetLedger(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Ledger? ledger)
    {
        ledger = _core.Catalog.Find(name) is { } found
            ? new Ledger(_core, StoreErrors.Translate(() => _core.Ledgers.Get(found.Id)))
            : null;
        return ledger is not null;
    }

    /// <summary>The ledger whose index a ledger of statements is about; null when it is another one.</summary>
    public string? IndexedBy(string name) => IndexLedgerName.TryParse(name, out IndexLedgerName index)
        ? _core.Catalog.Find(index.LedgerId)?.Name
        : null;

    /// <summary>A ledger by name, created when there is none.</summary>
    public Ledger GetOrCreateLedger(string name) =>
        TryGetLedger(name, out Ledger? ledger) ? ledger : CreateLedger(name);

    /// <summary>Ends a ledger for good: it is read and verified like any other, and takes no more appends.</summary>
    public void FreezeLedger(string name, string reason) => FreezeLedger(name, reason, string.Empty);

    /// <summary>The same, by somebody who is named in <c>_audit</c>.</summary>
    public void FreezeLedger(string name, string reason, string frozenBy)
    {
        ArgumentNullException.ThrowIfNull(frozenBy);
        _core.ThrowIfUnwritable();
        StoreErrors.Translate(() => _core.FreezeLedger(GetLedger(name).Id, reason, frozenBy));
    }

    /// <summary>Goes over to another signing key. When it ends, every ledger, idle ones too, has a checkpoint that
    /// both keys signed, and from its size on only the new key signs. Open the store with the new key from then
    /// on.</summary>
    /// <remarks>The store uses both keys until it is closed. A crash leaves the old key or the new one.</remarks>
    /// <exception cref="StoreException">SigningStopped, InvalidArgument, Busy; DiskFull: the old key goes
    /// on.</exception>
    public Task RotateKeyAsync(SigningKey next) => RotateKeyAsync(next, string.Empty);

    /// <summary>The same, by somebody who is named in <c>_audit</c>.</summary>
    public Task RotateKeyAsync(SigningKey next, string rotatedBy)
    {
        ArgumentNullException.ThrowIfNull(next);
        ArgumentNullException.ThrowIfNull(rotatedBy);
        return _core.RotateKeyAsync(next, rotatedBy);
    }

    /// <summary>Takes no more appends, makes everything durable, writes it into the ledgers' files, and
    /// closes.</summary>
    public void Dispose()
    {
        lock (_closing)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
        }

        // Stop the intake, drain, join the threads, flush alone, say so in the journal, unmap, unlock: in this order.
        _retry.Dispose();
        StopScrubber();
        StopTiering();
        _round?.Dispose();
        _core.Gate.Close();
        _checkpointer.StopAndJoin();
        _anchor.StopAndJoin();
        _sequencer.StopAndJoin();
        _bundler.StopAndJoin();
        _flusher.StopAndJoin();
        try
        {
            _core.CloseCleanly();
        }
        catch (Exception failure)
        {
            // What is acknowledged is in the journal, and the next start brings it into the files. Failure says why.
            _core.Poison.TrySet(failure);
        }
        finally
        {
            _core.Dispose();
        }
    }

    private void BeginRound()
    {
        _core.CheckpointerBell.Ring();
        _anchorBell.Ring();
    }

    private void RetryWhenFull()
    {
        if (_core.Disk.IsFull || _core.Gate.WaitingCount > 0)
        {
            _core.SequencerBell.Ring();
            _core.BundlerBell.Ring();
            _core.FlusherBell.Ring();
        }
    }
}
