// The store's part that works on tiers: a thread of the lowest priority.
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine;

public sealed partial class Store
{
    private readonly WorkerThread _tiering;
    private readonly ITimer _tieringTimer;
    // Without spinning: who waits here gives way.
    private readonly ManualResetEventSlim _tieringStops = new(initialState: false, spinCount: 0);

    /// <summary>What tiering has done since the store was opened.</summary>
    public TieringStatus TieringStatus => _core.TieringStatus();

    private bool RunTiering()
    {
        if (_tieringStops.IsSet)
        {
            return false;
        }

        if (_core.RunTiering())
        {
            return true;
        }

        // A throttle, or somebody is waited for: look again soon.
        return _core.Tiering.Pause > TimeSpan.Zero && !_tieringStops.Wait(_core.Tiering.Pause);
    }

    private void StopTiering()
    {
        _tieringTimer.Dispose();
        _tieringStops.Set();
        _tiering.StopAndJoin();
        _core.Tiering.Dispose();
    }
}
