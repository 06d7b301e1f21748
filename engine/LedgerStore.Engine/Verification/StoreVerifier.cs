// Verification of a data directory that no process is writing: everything is read, every entry is hashed, and what
// comes out is compared with what was signed. Nothing is changed. Runs on the caller's thread and on threads that end
// before it returns.
using System.Diagnostics;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Verification;

namespace LedgerStore.Engine;

/// <summary>Verifies a store from its files and from what the caller trusts.</summary>
public static class StoreVerifier
{
    /// <summary>Verifies a data directory.</summary>
    /// <returns>What was checked and found. Damage is a finding, never an exception.</returns>
    /// <exception cref="StoreException">InUse: a process has the store open, and it is not said to be a snapshot.
    /// StorageFailed: there is no store here that could be read at all.</exception>
    public static VerifyReport Verify(VerifyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Verify(options, new LinuxFileSystem());
    }

    internal static VerifyReport Verify(VerifyOptions options, IFileSystem files)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallelism, 1, nameof(options));
        StorePaths paths = new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.DataDirectory)));
        long started = Stopwatch.GetTimestamp();
        using IDisposable? guard = Guard(options, files, paths);
        StoreCheck check = new(options, files, paths);
        check.Run();
        return check.Report(Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Keeps a store from starting while its files are read.</summary>
    private static IDisposable? Guard(VerifyOptions options, IFileSystem files, StorePaths paths)
    {
        try
        {
            if (!files.Exists(paths.StoreFile) && !files.Exists(paths.Catalog))
            {
                throw new StoreException(
                    StoreReason.InvalidArgument,
                    $"'{paths.Root}' has neither store.json nor catalog: it is not a store");
            }

            return options.IsSnapshot || !files.Exists(paths.Lock) ? null : files.LockShared(paths.Lock);
        }
        catch (DataDirectoryInUseException inUse)
        {
            throw new StoreException(
                StoreReason.InUse,
                inUse.Message + "; to verify a running store, take a snapshot of its file system and verify that, or "
                + "ask the store to scrub itself",
                inUse);
        }
        catch (StorageException failed)
        {
            throw new StoreException(StoreReason.StorageFailed, failed.Message, failed);
        }
    }
}
