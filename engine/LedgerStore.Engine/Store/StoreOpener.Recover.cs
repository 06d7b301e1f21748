// The opening's second half: what the journal holds goes into the ledgers' files, and a new journal begins.
// Runs once, on the caller's thread; nothing of the store is visible to anybody before it ends.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Recovery;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;

namespace LedgerStore.Engine;

internal sealed partial class StoreOpener
{
    /// <summary>Replays, flushes, begins a new journal, and only then lets the old one go.</summary>
    /// <remarks>
    /// A crash at any line before the marker is durable leaves the old journal in charge, and the next start does the
    /// same again with new generations. A crash behind it finds a journal that needs nothing of the old files.
    /// </remarks>
    private void Recover(StoreCore core, JournalFacts facts, RecoveryPlan plan)
    {
        // Without it nothing is served at all: it may take all that is kept.
        using ReserveScope scope = new(ReserveRight.Everything);
        Quarantine quarantine = new(core.Ground.Files, _paths);
        foreach (BrokenFrame broken in plan.Quarantine)
        {
            quarantine.Copy(facts.Files[broken.FileIndex].Path, broken);
        }

        MakeLastFrameDurable(facts, plan);
        JournalPool pool = core.Journal;
        pool.Adopt(facts.LastFileNumber, facts.SpareNames);
        Replay replay = new(
            core.Ground.Files, core.Opener, core.Ledgers, core.Bundler, FileAccessMode.ReadWrite, _apart);
        Run(replay, core, facts, plan);

        // A store that is not what it signed is left as it was found.
        core.Ledgers.FindJournaled = new JournalCheckpoints(files, facts).NewestOf;
        core.RestoreCheckpoints(replay.TakeCheckpoints(facts.LastFileNumber));
        core.BeginSigning(FindNotes(core));
        core.Ledgers.FindJournaled = static _ => null;
        RequireSoundAudit(core);
        core.RequireAudit(anchored: []);
        if (!core.TryFlushAll())
        {
            // What is not in the ledgers' files is in the old journal only: it stays in charge.
            throw NoSpaceToRecover(core, full: null);
        }

        // A crash behind this line finds the notes, and keeps the files that they speak of, too.
        DamageNotes notes = core.Opener.Notes;
        foreach (uint id in replay.Damaged)
        {
            OpenLedger damaged = core.Ledgers.Get(id);
            notes.Add(
                new DamageNote(core.Ground.StoreId, id, damaged.NextIndex, facts.LastFileNumber),
                damaged.Newest);
        }

        ReuseEmptyFiles(pool, facts);
        pool.PrepareNext();
        core.Writer.FlushedThrough = plan.LastFrame;
        core.Sequencer.WriteMarker(FrameKind.Batches);

        // From here on the old files are not needed.
        foreach (string name in facts.JournalNames)
        {
            if (JournalNames.TryParse(name, out long number) && number <= notes.LastJournalFile)
            {
                quarantine.Move(Path.Combine(_paths.JournalDirectory, name));
            }
            else
            {
                pool.MakeSpare(name);
            }
        }

        core.MarkSettled();
        core.ConfirmClaims();
        RemoveSuperseded(core);
        core.Reserve.Backlog.Clear();
        core.Disk.RestoreReserve();
        core.RunFlusher();
    }

    /// <summary>Everything is as it was: the old journal is in charge, and the files that this start began are taken
    /// back.</summary>
    private StoreException NoSpaceToRecover(StoreCore core, StorageException? full)
    {
        // What is left to be written, what the next start writes again, a journal file, and the reserve that was given
        // up for it.
        SpaceBudget budget = core.Reserve.Backlog.Budget;
        long left = core.Bundler.HeldBytes + ((long)core.Ledgers.All.Count * SpaceBudget.LedgerBytes);
        (long begun, long takenBack) = _begun!.Bytes();
        long missing = budget.MissingBytes(
            core.Reserve.Held,
            budget.Target(left + begun),
            files.FreeBytes(_paths.Root) + takenBack,
            tuning.JournalFileBytes);
        return NoSpace("recover", missing, full);
    }

    /// <summary>The start did not get as far as knowing what the store holds: what any store needs is said.</summary>
    private StoreException NoSpaceToOpen(StorageException full)
    {
        SpaceBudget budget = new(options.ReserveBytes, tuning.BufferBytes);
        using IFile? reserve = files.Exists(_paths.Reserve)
            ? files.Open(_paths.Reserve, FileAccessMode.ReadOnly)
            : null;
        long missing = budget.MissingBytes(
            reserve?.Length ?? 0, budget.Target(backlog: 0), files.FreeBytes(_paths.Root), tuning.JournalFileBytes);
        return NoSpace("open", missing, full);
    }

    private StoreException NoSpace(string toWhat, long missing, StorageException? full) => new(
        StoreReason.DiskFull,
        $"there is no space to {toWhat} the store in {_paths.Root}; nothing is lost. "
        + (missing > 0
            ? $"Free {missing:N0} bytes there, then open it"
            : "There are free bytes: a quota or the number of files (`df -i`) is used up")
        + "; or open it for reading only",
        full)
    {
        BytesToFree = missing,
    };

    /// <summary>Who records every access can serve nothing without the record. It is found out here, while the old
    /// journal is in charge: what is put back from a backup finds behind it what belongs there.</summary>
    private void RequireSoundAudit(StoreCore core)
    {
        if (options.RequireSoundAudit
            && core.Catalog.Find(LedgerName.Audit) is { } audit
            && core.Ledgers.Get(audit.Id).DamageText is { } damage)
        {
            throw new StoreException(
                StoreReason.AuditDamaged,
                $"the ledger {LedgerName.Audit} is damaged: {damage}. Nothing is served, because nothing could be "
                + "recorded. Keep a copy of the data directory, put the files of "
                + $"{_paths.LedgerDirectory(audit.Id)} back from a backup, and start again. Until then --read-only "
                + "serves checkpoints and proofs of all ledgers, and `ledger read --data` their entries");
        }
    }

    /// <summary>A checkpoint outlives the frame it was in: the journal's newest files are searched for what was signed,
    /// flushed and recycled or not. So an older state.log, put back, does not take back what the ledger was.</summary>
    /// <remarks>Recovery has just read the newest of these files, so most of it is in memory.</remarks>
    private NoteScan FindNotes(StoreCore core)
    {
        const long SearchedBytesMax = 128L << 20;
        NoteScan notes = new(
            files,
            core.Catalog.SortedByName().Select(static ledger => ledger.Origin).ToHashSet(StringComparer.Ordinal),
            core.Keys.Current is null ? 0 : SearchedBytesMax);
        notes.ReadDirectory(_paths.JournalDirectory);
        return notes;
    }

    /// <summary>The last frame that is replayed may be in the page cache only: the process was killed before its sync,
    /// or the sync failed. It is written again and synced before anything is made of it.</summary>
    /// <remarks>Else a power cut in this recovery could lose it and keep files that were made of it, and a ledger with
    /// a segment file and no state.log counts as damaged. The frames before it are durable: each was synced before the
    /// next was written. The same bytes go to the same place, so a crash here changes nothing.</remarks>
    private void MakeLastFrameDurable(JournalFacts facts, RecoveryPlan plan)
    {
        if (plan.Replay is not [.., var last] || last.Header.Number <= facts.LastDurable)
        {
            return;
        }

        using IFile file = files.Open(facts.Files[last.FileIndex].Path, FileAccessMode.ReadWrite);
        byte[] frame = new byte[last.Header.StoredBytes];
        int read = file.Read(last.Offset, frame);
        file.Write(last.Offset, frame.AsSpan(0, read));
        file.Sync();
    }

    /// <summary>Makes spares of files that hold no frame, such as the one that was prepared for the next: with them a
    /// store can start on a full disk.</summary>
    private static void ReuseEmptyFiles(JournalPool pool, JournalFacts facts)
    {
        for (int i = 0; i < facts.Files.Count; i++)
        {
            if (facts.Frames.TrueForAll(frame => frame.FileIndex != i)
                && facts.Broken.TrueForAll(broken => broken.FileIndex != i))
            {
                string name = Path.GetFileName(facts.Files[i].Path);
                pool.MakeSpare(name);
                facts.JournalNames.Remove(name);
            }
        }
    }

    private void Run(Replay replay, StoreCore core, JournalFacts facts, RecoveryPlan plan)
    {
        // Nobody else needs the processors yet. For a few frames a thread is not worth its start.
        const long WorthHelpBytes = 16 * 1024 * 1024;
        bool isLong = plan.Replay.Sum(static frame => (long)frame.Header.StoredBytes) > WorthHelpBytes;
        core.Workers.Start(isLong ? Environment.ProcessorCount - 1 : 0, core.Poison);
        try
        {
            replay.Run(facts, plan, options.OnRecoveryProgress);
        }
        finally
        {
            core.Workers.Stop();
        }
    }

    /// <summary>Removes the segment files that recovery has replaced by others, which state.log names.</summary>
    private void RemoveSuperseded(StoreCore core)
    {
        foreach (OpenLedger ledger in core.Ledgers.All)
        {
            // The files of a damaged ledger are evidence: all of them stay.
            string directory = _paths.SegmentsDirectory(ledger.Id);
            if (ledger.Damage is not null || !files.Exists(directory))
            {
                continue;
            }

            SegmentList segments = ledger.Segments.List;
            foreach (string name in files.List(directory))
            {
                if (StorePaths.TryParseSegment(name, out long segment, out uint generation)
                    && segment < segments.Count
                    && segments[(int)segment].Identity.Generation != generation
                    && PayloadGuard.Missing(ledger, segments[(int)segment]) is null)
                {
                    files.Delete(Path.Combine(directory, name));
                }
            }
        }
    }
}
