// Opening a store that may not be written, or is not to be: the same parts over the same files, and no call that
// changes any of them. What the journal holds beyond the ledgers' files is replayed into memory, and stays there.
// Runs once, on the caller's thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Recovery;

namespace LedgerStore.Engine;

internal sealed partial class StoreOpener
{
    private StoreCore OpenReadOnly()
    {
        if (options.Signing is { ReadOnlySuspect: false })
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                "a store that is opened for reading only signs nothing: leave Signing out");
        }

        if (!files.Exists(_paths.StoreFile))
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"there is no store in '{_paths.Root}', and one that is opened for reading only is not created");
        }

        // A copy may come without the file, and it cannot be made: then nobody who writes is kept out.
        IDisposable directoryLock = files.Exists(_paths.Lock) ? files.LockShared(_paths.Lock) : new MemoryStream();
        StoreCore? core = null;
        try
        {
            StoreFile identity = StoreFileAccess.Load(files, _paths);
            JournalFacts facts = new JournalScan(files, _paths.JournalDirectory, identity.StoreId).Run();
            RecoveryPlan plan = RecoveryPlan.Decide(facts, HasLedgerFiles());
            core = Make(identity, plan.LastFrame, facts.LastMicros, directoryLock);
            Replay replay = new(files, core.Opener, core.Ledgers, core.Bundler, FileAccessMode.ReadOnly, _apart);
            Run(replay, core, facts, plan);
            core.Ledgers.FindJournaled = new JournalCheckpoints(files, facts).NewestOf;
            core.RestoreCheckpoints(replay.TakeCheckpoints(facts.LastFileNumber));
            core.BeginSigning(found: null);
            core.ConfirmClaims();
            core.FollowAudit();
            core.Gate.RefuseForGood(LedgerRefusals.ReadOnlyStore());
            return core;
        }
        catch
        {
            (core ?? directoryLock).Dispose();
            throw;
        }
    }

    /// <summary>Whether somewhere below a failure is a file system that takes no writes from us.</summary>
    private bool IsUnwritable(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is StorageException { Errno: FileErrno.ReadOnlyFileSystem or FileErrno.AccessDenied } storage
                && storage.Path.StartsWith(_paths.Root, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private StoreException CannotWrite(Exception failure) => new(
        StoreReason.StorageFailed,
        $"the store in '{_paths.Root}' cannot be written: {failure.Message} To read what it holds without writing "
        + "anything, open it with ReadOnly",
        failure);
}
