// A round through the store, or through its newest part, spread over a period. Of the scrubber's thread.
namespace LedgerStore.Engine.Verification;

/// <summary>Says when the next unit is due.</summary>
/// <param name="collect">Makes the list for a new round.</param>
internal sealed class ScrubPass(TimeSpan period, TimeProvider time, Func<ScrubUnits> collect)
{
    private ScrubUnits? _units;
    private long _started;

    /// <summary>Rounds that were finished.</summary>
    public long Rounds { get; private set; }

    /// <summary>Takes the next unit if its time has come.</summary>
    public bool TryTake(out ScrubUnit unit)
    {
        unit = default;
        if (_units is null || (_units.IsDone && time.GetElapsedTime(_started) >= period))
        {
            _units = collect();
            _started = time.GetTimestamp();
        }

        if (_units.IsDone || time.GetElapsedTime(_started) < DueAt(_units))
        {
            return false;
        }

        unit = _units.Take();
        Rounds += _units.IsDone ? 1 : 0;
        return true;
    }

    /// <summary>Bytes are spread evenly: a unit is due when its share of the period has passed.</summary>
    private TimeSpan DueAt(ScrubUnits units) => period * ((double)units.BytesDone / Math.Max(1, units.BytesTotal));
}
