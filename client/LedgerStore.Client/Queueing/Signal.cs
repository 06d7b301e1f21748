// Wakes one loop. Setting it twice wakes once; setting it before the loop waits is not lost.
// Set by any thread; awaited by one at a time. No allocation.

using System.Threading.Tasks.Sources;

namespace LedgerStore.Client;

internal sealed class Signal : IValueTaskSource
{
    // Protects the two flags.
    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> core = new() { RunContinuationsAsynchronously = true };
    private bool isSet;
    private bool isWaiting;

    internal void Set()
    {
        lock (gate)
        {
            if (!isWaiting)
            {
                isSet = true;
                return;
            }

            isWaiting = false;
        }

        core.SetResult(true);
    }

    internal ValueTask WaitAsync()
    {
        lock (gate)
        {
            if (isSet)
            {
                isSet = false;
                return default;
            }

            core.Reset();
            isWaiting = true;
            return new ValueTask(this, core.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);
}
