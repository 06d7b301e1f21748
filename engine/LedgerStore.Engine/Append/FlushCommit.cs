// One round of commits: what the bundler wrote becomes durable, then the state logs say so, then that becomes durable.
// Owned by the flusher's thread; recovery runs it alone.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Append;

/// <summary>Commits what a ticket's ledgers have in their files.</summary>
/// <remarks>
/// Three syncs of the whole file system, however many ledgers there are: blocks before the records that name them,
/// records before the slots that commit them, slots before the journal file that they replace. A crash between any two
/// leaves the journal in charge.
/// </remarks>
internal sealed class FlushCommit(IFileSystem files, StorePaths paths, Gate gate)
{
    // How many producers are copied under one hold of the gate's lock.
    private const int SnapshotsAtOnce = 64;

    // How far the present ticket has come: a full disk interrupts it, and the next try goes on.
    private FlushTicket? _present;
    private int _staged;
    private long _durableFrame;

    /// <summary>Does it all. Throws on a full disk; call it again with the same ticket then.</summary>
    public void Run(FlushTicket ticket)
    {
        IReadOnlyList<LedgerFlush> flushes = ticket.Flushes;
        if (_present != ticket)
        {
            (_present, _staged) = (ticket, 0);
            _durableFrame = gate.DurableFrame.Value;

            // From here on the blocks are on the disk, whatever happens to this process.
            files.SyncFileSystem(paths.Root);
        }

        for (; _staged < flushes.Count; _staged++)
        {
            CreateDirectory(flushes[_staged].Ledger.Id);
            Stage(flushes[_staged]);
        }

        // The directories of new ledgers are made durable by the same syncs as the records in them.
        LedgerStateLogs.CommitTogether(files, paths.Root, [.. flushes.Select(static flush => flush.Ledger.State)]);
        foreach (LedgerFlush flush in flushes)
        {
            Confirm(flush);
        }

        _present = null;
    }

    private void CreateDirectory(uint ledgerId)
    {
        if (!files.Exists(paths.LedgerDirectory(ledgerId)))
        {
            files.CreateDirectory(paths.LedgerDirectory(ledgerId));
        }
    }

    private void Stage(in LedgerFlush flush)
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

        List<ProducerSnapshot> snapshots = [];
        ProducerTable producers = flush.Ledger.Producers;
        for (int cursor = 0; cursor >= 0;)
        {
            int from = cursor;
            cursor = gate.Locked(() => producers.CollectSnapshots(_durableFrame, from, SnapshotsAtOnce, snapshots));
        }

        foreach (ProducerSnapshot snapshot in snapshots)
        {
            state.Stage(snapshot);
        }

        state.Stage(new FlushedRecord(flush.Size, flush.Segment, flush.Generation, flush.LastMicros));
    }

    private void Confirm(in LedgerFlush flush)
    {
        ProducerTable producers = flush.Ledger.Producers;
        gate.Locked(() =>
        {
            producers.MarkSaved(_durableFrame);
            return true;
        });
        foreach (SealedFacts facts in flush.Completed)
        {
            files.MakeReadOnly(facts.Path);
        }
    }
}
