// How a running store checks itself. Immutable.
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>The settings of the scrubber.</summary>
public sealed record ScrubOptions
{
    /// <summary>False: the store checks itself only when it is asked to.</summary>
    public bool IsContinuous { get; init; } = true;

    /// <summary>Every byte of every segment is read again within this time.</summary>
    public TimeSpan FullPeriod { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The newest part of the store is read again within this time.</summary>
    public TimeSpan NewestPeriod { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How much of the store, by bytes, counts as its newest part.</summary>
    public double NewestShare { get; init; } = 0.1;

    /// <summary>Never faster than this, however much is behind; what is asked for is not held back.</summary>
    public long BytesPerSecondMax { get; init; } = 32L * 1024 * 1024;

    /// <summary>Told about each finding, on the scrubber's thread. Must not throw.</summary>
    public Action<VerifyFinding> OnFinding { get; init; } = static _ => { };

    /// <summary>The keys of a log that signatures are checked with: the store's own, from where it signs, never from
    /// the data. Null where none is known.</summary>
    public Func<string, LogKeySet?>? FindKeys { get; init; }
}
