// Turns what the inner parts throw into the one exception that users of the engine see. Pure. Any thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine;

/// <summary>The border between the engine's exceptions and its users.</summary>
internal static class StoreErrors
{
    /// <summary>Whether a write found no space. Of a sync that is another thing: what it was to keep may be lost.
    /// </summary>
    public static bool IsDiskFull(StorageException failed) => failed.IsNoSpace && failed.Operation is not (
        StorageOperation.Sync or StorageOperation.SyncDirectory or StorageOperation.SyncFileSystem);

    public static T Translate<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (DataDirectoryInUseException inUse)
        {
            throw new StoreException(StoreReason.InUse, inUse.Message, inUse);
        }
        catch (StorageException full) when (IsDiskFull(full))
        {
            throw new StoreException(StoreReason.DiskFull, full.Message, full);
        }
        catch (Exception failed) when (failed is StorageException or StorageFailedException)
        {
            throw new StoreException(StoreReason.StorageFailed, failed.Message, failed);
        }
    }
}
