// The store's part that works on tiers and indexes: one thread of the lowest priority for both.
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

    /// <summary>What indexing has done since the store was opened.</summary>
    public IndexStatus IndexStatus => _core.Indexing.Status with { LagSegments = _core.Indexing.LagSegments };

    private bool RunTiering()
    {
        if (_tieringStops.IsSet)
        {
            return false;
        }

        if (_core.RunTiering() | _core.RunIndexing())
        {
            return true;
        }

        // A throttle, or somebody is waited for: look again soon.
        TimeSpan pause = (_core.Tiering.Pause, _core.Indexing.Pause) switch
        {
            (var tiering, { Ticks: 0 }) => tiering,
            ({ Ticks: 0 }, var indexing) => indexing,
            var (tiering, indexing) => tiering < indexing ? tiering : indexing,
        };
        return pause > TimeSpan.Zero && !_tieringStops.Wait(pause);
    }

    private void StopTiering()
    {
        _tieringTimer.Dispose();
        _tieringStops.Set();
        _tiering.StopAndJoin();
        _core.Tiering.Dispose();
        _core.Indexing.Dispose();
    }
}
