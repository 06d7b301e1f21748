// What the store's clock has to say to a person, and to the store's own record. A value: any thread.

namespace LedgerStore.Engine.Foundation;

/// <summary>Why the clock alerts.</summary>
internal enum ClockAlertKind
{
    /// <summary>The wall clock jumped; the stamps go on as before for ten minutes.</summary>
    Stepped,

    /// <summary>The jump has stood for ten minutes and is followed: forward at once, backward at 5 % less speed.
    /// </summary>
    StepFollowed,

    /// <summary>At start the wall clock is behind the last stamp; the stamps run 5 % slow until it has caught up.
    /// </summary>
    BehindLastStamp,
}

/// <summary>An alert.</summary>
/// <param name="StepMicros">By how much the wall clock moved; negative is backward.</param>
internal readonly record struct ClockAlert(ClockAlertKind Kind, long StepMicros);
