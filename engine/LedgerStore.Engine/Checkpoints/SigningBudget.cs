// How much processor time signing may take: a tenth of one core in any second, measured.
// Owned by the checkpointer's thread; pure but for the times it is told.
namespace LedgerStore.Engine.Checkpoints;

/// <summary>A budget of CPU time that refills with the clock.</summary>
/// <remarks>
/// What somebody waits for is charged and never refused: each of those signatures waits for a sync anyway. The regular
/// ones wait until there is budget again, so with very many growing ledgers the interval stretches.
/// </remarks>
internal sealed class SigningBudget
{
    // One part in eleven of a core comes in, 90.9 ms in a second. With what may be kept, and the last signature that it
    // may be overdrawn by (0.05 ms), that is never more than a tenth in any second.
    private const int Share = 11;

    // As much as 100 ms of real time give: enough to sign two hundred ledgers at once, not enough to be felt.
    private const long NanosMax = 9_000_000;
    private long _nanos = NanosMax;
    private long _refilledNanos;

    public bool IsSpent => _nanos <= 0;

    /// <summary>Processor time used in all, for metrics.</summary>
    public long UsedNanos { get; private set; }

    /// <summary>Adds what the time since the last call is worth.</summary>
    /// <param name="nowNanos">Steady time.</param>
    public void Refill(long nowNanos)
    {
        _nanos = Math.Min(NanosMax, _nanos + ((nowNanos - _refilledNanos) / Share));
        _refilledNanos = nowNanos;
    }

    public void Charge(long cpuNanos)
    {
        UsedNanos += cpuNanos;

        // A debt is bounded too: after a crowd of waiters the regular signing goes on within a second.
        _nanos = Math.Max(-10 * NanosMax, _nanos - cpuNanos);
    }
}
