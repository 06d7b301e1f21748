// Wakes one loop. Setting it twice wakes once; setting it before the loop waits is not lost.
// Set by any thread; awaited by one at a time. No allocation.

using System.Threading.Tasks.Sources;

namespace LedgerStore.Client;

internal sealed class Signal : IValueTaskSource
{
    // Protects the two flags.
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private bool _isSet;
    private bool _isWaiting;

    internal void Set()
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                _isSet = true;
                return;
            }

            _isWaiting = false;
        }

        _core.SetResult(true);
    }

    internal ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return default;
            }

            _core.Reset();
            _isWaiting = true;
            return new ValueTask(this, _core.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
