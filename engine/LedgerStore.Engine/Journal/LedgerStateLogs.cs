// Commits thousands of state.logs with two syncs in all: what makes recycling a journal file cheap.
// Called by the owner of all these logs (recovery, or the flusher).

using System.Runtime.ExceptionServices;
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Journal;

/// <summary>The halves of many commits, with one syncfs after each.</summary>
internal static class LedgerStateLogs
{
    /// <summary>Commits everything that is staged in these logs.</summary>
    /// <param name="root">The data directory: a path on the file system that holds them all.</param>
    /// <exception cref="StoreException">Corruption: one log was to be compacted and is damaged. The others are
    /// committed; in the damaged ones everything is still staged.</exception>
    /// <exception cref="StorageException">With IsNoSpace, the logs that fitted are committed, and in the others
    /// everything is still staged: free space and call it again. Anything else ends the use of all these objects, and
    /// of the store.</exception>
    public static void CommitTogether(IFileSystem files, string root, IReadOnlyList<LedgerStateLog> logs)
    {
        CutTornTails(files, root, logs);
        var written = new List<LedgerStateLog>(logs.Count);
        var committed = new List<LedgerStateLog>(logs.Count);
        Exception? leftOut;
        try
        {
            leftOut = WriteWhatFits(logs, written);
            if (written.Count > 0)
            {
                // A crash before this sync leaves some of the records; all of them are pending or behind the commit.
                files.SyncFileSystem(root);
                WriteSlots(written, committed, ref leftOut);
                files.SyncFileSystem(root);
            }
        }
        catch (Exception error)
        {
            FailAll(written, error);
            throw;
        }

        foreach (LedgerStateLog log in committed)
        {
            log.ConfirmCommitted();
        }

        if (leftOut is not null)
        {
            ExceptionDispatchInfo.Throw(leftOut);
        }
    }

    private static void CutTornTails(IFileSystem files, string root, IReadOnlyList<LedgerStateLog> logs)
    {
        List<LedgerStateLog> torn = [.. logs.Where(static log => log.HasTornTail)];
        if (torn.Count == 0)
        {
            return;
        }

        try
        {
            foreach (LedgerStateLog log in torn)
            {
                log.CutTornTail();
            }

            files.SyncFileSystem(root);
        }
        catch (Exception error)
        {
            FailAll(torn, error);
            throw;
        }

        foreach (LedgerStateLog log in torn)
        {
            log.ConfirmTailCut();
        }
    }

    /// <returns>Why some logs were left out; null when none was.</returns>
    private static Exception? WriteWhatFits(IReadOnlyList<LedgerStateLog> logs, List<LedgerStateLog> written)
    {
        Exception? leftOut = null;
        foreach (LedgerStateLog log in logs)
        {
            if (!log.NeedsCommit)
            {
                continue;
            }

            try
            {
                if (!log.IsHalfCommitted)
                {
                    log.WritePending();
                }

                written.Add(log);
            }
            catch (StorageException full) when (full.IsNoSpace)
            {
                return leftOut ?? full;
            }
            catch (StoreException damage) when (damage.Reason == StoreReason.Corruption)
            {
                leftOut = damage;
            }
        }

        return leftOut;
    }

    // A new log's name may find no room in its directory. Its records are durable: the next try goes on from here.
    private static void WriteSlots(List<LedgerStateLog> written, List<LedgerStateLog> committed, ref Exception? leftOut)
    {
        foreach (LedgerStateLog log in written)
        {
            try
            {
                log.WriteSlot();
                committed.Add(log);
            }
            catch (StorageException full) when (full.IsNoSpace)
            {
                leftOut ??= full;
            }
        }
    }

    private static void FailAll(List<LedgerStateLog> logs, Exception error)
    {
        foreach (LedgerStateLog log in logs)
        {
            log.Fail(error);
        }
    }
}
