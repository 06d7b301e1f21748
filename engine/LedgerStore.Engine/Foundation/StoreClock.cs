// The time of the store: what entries are stamped with. It never goes back, and a clock that jumps does not drag it.
// One clock and one order of stamps for all threads of a store; pure but for the TimeProvider.

namespace LedgerStore.Engine.Foundation;

/// <summary>The last stamp plus steady time, slewed toward the wall clock by at most 5 %.</summary>
/// <remarks>
/// Two questions are kept apart. Which wall clock is believed: its distance from steady time, which is the same for
/// ever on a good machine; a step of more than five minutes is not believed until it has stood for ten minutes. And
/// how the stamp gets there: by slewing, or at once when a step forward has become believed.
/// </remarks>
internal sealed class StoreClock
{
    public const long StepMicros = 5L * 60 * 1_000_000;
    public const long StepStandsMicros = 10L * 60 * 1_000_000;

    /// <summary>Slewing changes the speed by one part in so many: 5 %.</summary>
    public const long SlewDivisor = 20;

    // Held for two readings of the system's clock, about 60 ns, once for each batch.
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly long _steadyStart;
    private long _steady;
    private long _stamp;
    private long _believedOffset;

    // What slewing was allowed to do in steps shorter than it can express: 20 readings a microsecond apart are worth 1.
    private long _slewRest;

    private long _stepOffset;
    private long _stepSince;
    private bool _isStepPending;
    private ClockAlert? _alert;

    /// <summary>Starts from the last stamp of the store; 0 when there is none.</summary>
    /// <remarks>
    /// How long the store was down is not known, so a wall clock ahead of the last stamp is believed at once. One that
    /// is more than five minutes behind it alerts; the stamps then run 5 % slow until it has caught up.
    /// </remarks>
    public StoreClock(TimeProvider time, long lastStampMicros)
    {
        _time = time;
        _steadyStart = time.GetTimestamp();
        long wall = WallMicros();
        _steady = SteadyMicros();
        _believedOffset = wall - _steady;
        _stamp = Math.Max(lastStampMicros, wall);
        if (lastStampMicros - wall > StepMicros)
        {
            _alert = new ClockAlert(ClockAlertKind.BehindLastStamp, wall - lastStampMicros);
        }
    }

    /// <summary>True while the wall clock has stepped and is not believed yet.</summary>
    public bool IsStepPending => _isStepPending;

    /// <summary>The time for the next stamp, in microseconds since 1970. Never less than any before. Any thread.
    /// </summary>
    public long NextStamp()
    {
        lock (_lock)
        {
            return NextStampLocked();
        }
    }

    private long NextStampLocked()
    {
        // In this order: a thread that loses its processor in between makes stamps late, and not early. What is stamped
        // early would not be due yet when it is.
        long wall = WallMicros();
        long steady = SteadyMicros();
        long elapsed = Math.Max(0, steady - _steady);
        _steady = Math.Max(_steady, steady);
        bool jumps = Believe(wall - _steady);
        long ahead = _believedOffset + _steady - (_stamp + elapsed);
        if (jumps && ahead > 0)
        {
            _stamp += elapsed + ahead;
            return _stamp;
        }

        long allowed = elapsed + _slewRest;
        long slew = Math.Clamp(ahead, -(allowed / SlewDivisor), allowed / SlewDivisor);
        _slewRest = ahead == slew ? 0 : allowed % SlewDivisor;
        _stamp += elapsed + slew;
        return _stamp;
    }

    /// <summary>What has to be recorded, once each; null when there is nothing.</summary>
    public ClockAlert? TakeAlert()
    {
        ClockAlert? alert = _alert;
        _alert = null;
        return alert;
    }

    /// <summary>Looks at the wall clock's distance from steady time.</summary>
    /// <returns>True when a step has just become believed.</returns>
    private bool Believe(long offset)
    {
        if (IsClose(offset, _believedOffset))
        {
            // Drift, and small corrections: followed, by slewing only. A step that went back is forgotten.
            _believedOffset = offset;
            _isStepPending = false;
            return false;
        }

        if (!_isStepPending || !IsClose(offset, _stepOffset))
        {
            _isStepPending = true;
            _stepOffset = offset;
            _stepSince = _steady;
            _alert = new ClockAlert(ClockAlertKind.Stepped, offset - _believedOffset);
            return false;
        }

        if (_steady - _stepSince < StepStandsMicros)
        {
            return false;
        }

        _alert = new ClockAlert(ClockAlertKind.StepFollowed, offset - _believedOffset);
        _believedOffset = offset;
        _isStepPending = false;
        return true;
    }

    // In unsigned arithmetic: a wall clock may say anything, and a difference of longs can overflow.
    private static bool IsClose(long a, long b) => (ulong)(Math.Max(a, b) - Math.Min(a, b)) <= StepMicros;

    private long WallMicros() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private long SteadyMicros() => (long)_time.GetElapsedTime(_steadyStart).TotalMicroseconds;
}
