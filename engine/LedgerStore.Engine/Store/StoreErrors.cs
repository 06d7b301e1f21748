// Turns what the inner parts throw into the one exception that users of the engine see. Pure. Any thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine;

/// <summary>The border between the engine's exceptions and its users.</summary>
internal static class StoreErrors
{
    public static void Translate(Action action) => Translate(() =>
    {
        action();
        return true;
    });

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
        catch (StorageException full) when (full.IsRetryable)
        {
            throw new StoreException(StoreReason.DiskFull, full.Message, full);
        }
        catch (Exception failed) when (failed is StorageException or StorageFailedException)
        {
            throw new StoreException(StoreReason.StorageFailed, failed.Message, failed);
        }
    }
}
