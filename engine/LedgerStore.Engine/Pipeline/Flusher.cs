// Makes journal files superfluous and new again. Runs on its own thread. Nothing else touches the journal's spare
// files; tiering writes state logs too, under a lock.
//
// How a journal file comes back, step by step; at each thread's turn a crash leaves the journal in charge:
//
//   1  flusher    more files are retained than may be, memory is short, or somebody asks for all: a FlushTicket says
//                 through which file and frame, and rings the bundler
//   2  bundler    once that frame is durable and processed: of each ledger that the files hold entries of, the full
//                 blocks and a partial one are written; the ticket says how far, and rings the flusher
//   3  flusher    FlushCommit: sync, so that the blocks are on the disk
//   4  flusher    the records that name them go into each ledger's state.log, with producers and checkpoints; sync
//   5  flusher    the slots that commit those records; sync. From here on a start needs nothing of the files' frames
//   6  flusher    asks the gate for a frame, an empty one if nothing is under way
//   7  sequencer  that frame carries "flushed through" and becomes durable; it rings the flusher
//   8  flusher    every file whose last frame is not behind that becomes a spare, and the gate lets in who waits
//
// The next file is prepared ahead of need, so that no append waits for zeros.
using System.Collections.Concurrent;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Pipeline;

/// <summary>The slow half of durability: from the journal into the ledgers' files.</summary>
/// <param name="journalFiles">Files that may exist, at least 4: at this many none is added, and appends wait for a
/// flush. When more than half of them are retained, the older two thirds are flushed.</param>
/// <param name="heldBytesMax">Memory of bundles that are not on the disk; beyond it all of them are flushed.</param>
internal sealed class Flusher(
    JournalPool pool,
    JournalWriter journal,
    Gate gate,
    Bundler bundler,
    FlushCommit commit,
    DiskSpace disk,
    long journalFiles,
    long heldBytesMax,
    Doorbell bell)
{
    // With room for so many journal files more, a spare that is not needed yet is not made.
    private const int SparesWithoutNeed = 8;

    private readonly int _filesMax = (int)Math.Max(4, journalFiles);
    private FlushTicket? _ticket;

    // What tiering asks for.
    private readonly ConcurrentQueue<OpenLedger> _strips = new();
    private volatile bool _isAllRequested;

    /// <summary>Flushes that were finished since the store was opened, for metrics.</summary>
    public long FinishedCount { get; private set; }

    /// <summary>Does one piece of work.</summary>
    /// <returns>Whether there was any. False too while it waits for the bundler or for space on the disk.</returns>
    public bool RunOnce()
    {
        try
        {
            bool hasFile = pool.IsNextReady || pool.RetainedCount > 0 || pool.HasWholeSpare;
            bool worked = disk.Turn(hasFile ? 0 : pool.FileBytes);
            _isAllRequested |= disk.TakeFlush();
            worked |= PrepareNext();
            worked |= PrepareSpare();
            worked |= RecycleFlushed();
            worked |= AskIfNeeded();
            worked |= CommitAnswered();
            bool wasFull = disk.IsFull;
            disk.Report(DiskUser.Flush, full: null);
            return worked || wasFull != disk.IsFull;
        }
        catch (StorageException full) when (full.IsRetryable)
        {
            // Nothing was committed, and what was staged is staged again. A sync that finds no space is another matter:
            // what it lost nobody knows, so it goes up and poisons the store.
            disk.Report(DiskUser.Flush, full);
            return false;
        }
    }

    /// <summary>Asks for everything that is in the journal now; for a close, and after a recovery.</summary>
    public void AskForAll() => Ask(long.MaxValue, journal.LastDurable);

    /// <summary>Has the flusher's thread ask for everything that is in the journal by then. Any thread.</summary>
    public void RequestAll()
    {
        _isAllRequested = true;
        bell.Ring();
    }

    /// <summary>Has the open segment of a ledger written again without what expired. Any thread.</summary>
    public void RequestStrip(OpenLedger ledger)
    {
        _strips.Enqueue(ledger);
        RequestAll();
    }

    /// <summary>True while a flush is under way.</summary>
    public bool IsBusy => _ticket is not null;

    private bool PrepareNext()
    {
        if (pool.IsNextReady || pool.RetainedCount + 1 >= _filesMax)
        {
            return false;
        }

        bool isWhole = pool.HasWholeSpare;
        if (!isWhole && !disk.HasRoomFor(pool.FileBytes))
        {
            return false;
        }

        // The reserve is for what was accepted: the journal does not grow by it.
        using ReserveScope scope = new(isWhole ? ReserveRight.Accepted : ReserveRight.Nothing);
        pool.PrepareNext();
        gate.Retry();
        return true;
    }

    /// <summary>While there is little space left, and still enough for it: a file more, so that a start that follows a
    /// kill finds one that is empty, whenever it was.</summary>
    private bool PrepareSpare()
    {
        if (pool.SpareCount > 0 || disk.HasRoomFor(SparesWithoutNeed * pool.FileBytes)
            || !disk.HasRoomFor(pool.FileBytes))
        {
            return false;
        }

        using ReserveScope scope = new(ReserveRight.Nothing);
        pool.PrepareSpare();
        return true;
    }

    /// <summary>Makes spares of the files whose content is committed elsewhere, once the journal itself says
    /// so.</summary>
    private bool RecycleFlushed()
    {
        bool recycled = false;
        while (pool.Oldest() is { } oldest && oldest.LastFrame <= journal.DurableFlushedThrough)
        {
            pool.RecycleOldest();
            recycled = true;
        }

        return recycled;
    }

    private bool AskIfNeeded()
    {
        if (_ticket is not null)
        {
            return false;
        }

        if (_isAllRequested)
        {
            _isAllRequested = false;
            AskForAll();
            return true;
        }

        if (bundler.HeldBytes > heldBytesMax)
        {
            AskForAll();
            return true;
        }

        if (!pool.IsNextReady && !pool.HasWholeSpare && pool.NewestRetained() is { } newest
            && newest.LastFrame > journal.FlushedThrough)
        {
            // There is no space for another file: the one that was left becomes the next.
            Ask(newest.Number, newest.LastFrame);
            return true;
        }

        // Several files at once: a flush costs a few writes for each ledger, however much the ledger has in them. Not
        // all of them: what a busy ledger has in the older ones is in full blocks by now, and needs no partial one.
        if (pool.RetainedCount <= _filesMax / 2 || pool.NewestOfOlderFiles() is not { } last
            || last.LastFrame <= journal.FlushedThrough)
        {
            return false;
        }

        Ask(last.Number, last.LastFrame);
        return true;
    }

    private void Ask(long throughFile, long throughFrame)
    {
        List<OpenLedger> strips = [];
        while (throughFile == long.MaxValue && _strips.TryDequeue(out OpenLedger? ledger))
        {
            strips.Add(ledger);
        }

        gate.BeginFlush();
        _ticket = new FlushTicket(throughFile, throughFrame, bell) { Strips = strips };
        bundler.Ask(_ticket);
    }

    private bool CommitAnswered()
    {
        if (_ticket is not { IsComplete: true } ticket)
        {
            return false;
        }

        commit.Run(ticket);
        journal.FlushedThrough = Math.Max(journal.FlushedThrough, ticket.ThroughFrame);
        gate.EndFlush(ticket.ThroughFrame);
        _ticket = null;
        FinishedCount++;

        // A durable frame must carry the news before a file goes; if none is under way, an empty one does.
        gate.RequestFrame();
        return true;
    }
}
