// How many entries may be written: a bucket that fills slowly. Guarded by its owner's lock; time comes in as ticks.
namespace LedgerStore.Server.Audit;

/// <summary>A bucket of entries.</summary>
internal struct EntryBudget
{
    private readonly int burst;
    private readonly long refillTicks;
    private int level;
    private long filledAt;

    public EntryBudget(int burst, long refillTicks, long nowTicks)
    {
        this.burst = burst;
        this.refillTicks = refillTicks;
        level = burst;
        filledAt = nowTicks;
    }

    /// <summary>Whether one can be taken, and this many stay.</summary>
    public readonly bool Has(int besides, long now) => LevelAt(now) > besides;

    /// <summary>Nothing was taken for so long that it makes no difference any more.</summary>
    public readonly bool IsFull(long now) => LevelAt(now) == burst;

    /// <summary>Takes one; ask before.</summary>
    public void Take(long now)
    {
        // Whole entries only; the time that is left over counts for the next one.
        level = LevelAt(now) - 1;
        filledAt += (now - filledAt) / refillTicks * refillTicks;
    }

    private readonly int LevelAt(long now) => (int)Math.Min(burst, level + ((now - filledAt) / refillTicks));
}
