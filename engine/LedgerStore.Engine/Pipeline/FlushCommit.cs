// One round of commits: what the bundler wrote becomes durable, then the state logs say so, then that becomes durable.
// Owned by the flusher's thread; recovery runs it alone.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Pipeline;

/// <summary>Commits what a ticket's ledgers have in their files.</summary>
/// <remarks>
/// Three syncs of the whole file system, however many ledgers there are: blocks before the records that name them,
/// records before the slots that commit them, slots before the journal file that they replace. A crash between any two
/// leaves the journal in charge.
/// </remarks>
internal sealed class FlushCommit(IFileSystem files, StorePaths paths, Gate gate, Lock stateLogs)
{
    // How many producers are copied under one hold of the gate's lock.
    private const int SnapshotsAtOnce = 64;

    // How far the present ticket has come: a full disk interrupts it, and the next try goes on.
    private FlushTicket? _present;
    private int _staged;

    // For each staged ledger, the frame that its producers were saved through.
    private readonly List<long> _savedThrough = [];

    /// <summary>Does it all. Throws on a full disk; call it again with the same ticket then.</summary>
    public void Run(FlushTicket ticket)
    {
        // Tiering writes state logs too.
        lock (stateLogs)
        {
            RunAlone(ticket);
        }
    }

    private void RunAlone(FlushTicket ticket)
    {
        IReadOnlyList<LedgerFlush> flushes = ticket.Flushes;
        if (_present != ticket)
        {
            (_present, _staged) = (ticket, 0);
            _savedThrough.Clear();

            // From here on the blocks are on the disk, whatever happens to this process.
            files.SyncFileSystem(paths.Root);
        }

        for (; _staged < flushes.Count; _staged++)
        {
            CreateDirectory(flushes[_staged].Ledger.Id);
            _savedThrough.Add(Stage(flushes[_staged]));
        }

        // The directories of new ledgers are made durable by the same syncs as the records in them. A ledger is in the
        // ticket twice when a full disk interrupted the bundler and the ledger grew meanwhile.
        LedgerStateLogs.CommitTogether(
            files, paths.Root, [.. flushes.Select(static flush => flush.Ledger.State).Distinct()]);
        for (int i = 0; i < flushes.Count; i++)
        {
            Confirm(flushes[i], _savedThrough[i]);
        }

        _present = null;
    }

    private void CreateDirectory(uint ledgerId) => files.Ensure(paths.LedgerDirectory(ledgerId));

    /// <returns>The frame that the ledger's producers are saved through.</returns>
    private long Stage(in LedgerFlush flush)
    {
        LedgerStateLog state = flush.Ledger.State;
        foreach (SealedFacts facts in flush.Completed)
        {
            state.Stage(new SealedRecord(
                facts.Identity.Segment,
                facts.Identity.Generation,
                facts.FileLength,
                facts.FirstMicros,
                facts.LastMicros,
                facts.Root));
        }

        long savedThrough = StageProducers(flush.Ledger.Producers, state);
        flush.Ledger.Checkpoints.StageInto(state);
        state.Stage(new FlushedRecord(flush.Size, flush.Segment, flush.Generation, flush.LastMicros));
        return savedThrough;
    }

    private long StageProducers(ProducerTable producers, LedgerStateLog state)
    {
        List<ProducerSnapshot> snapshots = [];
        long savedThrough = long.MaxValue;
        for (int cursor = 0; cursor >= 0;)
        {
            int from = cursor;
            cursor = gate.Locked(() =>
            {
                // Asked each time, under the lock: a producer remembers the ends of the frames that are under way and
                // no older ones, and every sync takes as long as many frames.
                long durable = gate.DurableFrame.Value;
                savedThrough = Math.Min(savedThrough, durable);
                return producers.CollectSnapshots(durable, from, SnapshotsAtOnce, snapshots);
            });
        }

        foreach (ProducerSnapshot snapshot in snapshots)
        {
            state.Stage(snapshot);
        }

        return savedThrough;
    }

    private void Confirm(in LedgerFlush flush, long savedThrough)
    {
        ProducerTable producers = flush.Ledger.Producers;
        gate.Locked(() => producers.MarkSaved(savedThrough));
        foreach (SealedFacts facts in flush.Completed)
        {
            try
            {
                files.MakeReadOnly(facts.Path);
            }
            catch (StorageException gone) when (gone.Errno == FileErrno.NotFound)
            {
                // Somebody removed the file since. Its readers say so; the other ledgers go on.
            }
        }

        flush.Ledger.CommittedOpen = (flush.Segment, flush.Generation);
    }
}
