// How many entries may be written: a bucket that fills slowly. Guarded by its owner's lock; time comes in as ticks.
namespace LedgerStore.Server.Audit;

/// <summary>A bucket of entries.</summary>
internal struct EntryBudget
{
    private readonly int _burst;
    private readonly long _refillTicks;
    private int _level;
    private long _filledAt;

    public EntryBudget(int burst, long refillTicks, long nowTicks)
    {
        _burst = burst;
        _refillTicks = refillTicks;
        _level = burst;
        _filledAt = nowTicks;
    }

    /// <summary>Whether one can be taken, and this many stay.</summary>
    public readonly bool Has(int besides, long now) => LevelAt(now) > besides;

    /// <summary>Nothing was taken for so long that it makes no difference any more.</summary>
    public readonly bool IsFull(long now) => LevelAt(now) == _burst;

    /// <summary>Takes one; ask before.</summary>
    public void Take(long now)
    {
        // Whole entries only; the time that is left over counts for the next one.
        _level = LevelAt(now) - 1;
        _filledAt += (now - _filledAt) / _refillTicks * _refillTicks;
    }

    private readonly int LevelAt(long now) => (int)Math.Min(_burst, _level + ((now - _filledAt) / _refillTicks));
}
