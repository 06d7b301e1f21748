// The one way in which a store dies: the first failure wins, and every door checks it.
// Owned by the store; set by any thread, once.

namespace LedgerStore.Engine.Foundation;

/// <summary>Remembers the first fatal failure and tells everybody who waits.</summary>
internal sealed class Poison
{
    private readonly Lock _gate = new();
    private List<Action<Exception>>? _callbacks = [];

    // Written once. Volatile: who sees the cause must also see everything that was written before it was set.
    private volatile Exception? _cause;

    /// <summary>True from the first failure on, for ever.</summary>
    public bool IsSet => _cause is not null;

    /// <summary>The first failure; null while the store is sound.</summary>
    public Exception? Cause => _cause;

    /// <summary>Sets the cause if it is the first, and runs every callback with it on this thread.</summary>
    /// <returns>True for the first failure, false for all later ones (which are dropped).</returns>
    public bool TrySet(Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        List<Action<Exception>> callbacks;
        lock (_gate)
        {
            if (_cause is not null)
            {
                return false;
            }

            _cause = cause;
            callbacks = _callbacks!;
            _callbacks = null;
        }

        foreach (Action<Exception> callback in callbacks)
        {
            Run(callback, cause);
        }

        return true;
    }

    /// <summary>Throws <see cref="StorageFailedException"/> with the cause when the store has failed.</summary>
    public void ThrowIfSet()
    {
        if (_cause is { } cause)
        {
            throw new StorageFailedException(cause);
        }
    }

    /// <summary>Runs the callback once with the cause: when it is set, or at once when it has been set already.
    /// </summary>
    /// <remarks>Callbacks must be short and must not throw; one that throws does not keep the others from running.
    /// Registrations live as long as the store: register once for each part, never for each call.</remarks>
    public void OnSet(Action<Exception> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        lock (_gate)
        {
            if (_callbacks is { } callbacks)
            {
                callbacks.Add(callback);
                return;
            }
        }

        Run(callback, _cause!);
    }

    private static void Run(Action<Exception> callback, Exception cause)
    {
        try
        {
            callback(cause);
        }
        catch (Exception)
        {
            // The store is already dead, with its first cause kept; the others must still be told.
        }
    }
}
