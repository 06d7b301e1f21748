// Where to read from, and how far.
// Immutable; any thread.

namespace LedgerStore.Client;

/// <summary>What to read. The default is everything there is now.</summary>
public sealed record ReadOptions
{
    /// <summary>The first index. Not used with <see cref="FromTime"/> or <see cref="FromEnd"/>.</summary>
    public ulong From { get; init; }

    /// <summary>Begin with the first entry that was received at this time or later.</summary>
    public DateTimeOffset? FromTime { get; init; }

    /// <summary>Begin this many entries before the end.</summary>
    public ulong? FromEnd { get; init; }

    /// <summary>Stop before the first entry that was received at this time or later.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Stop after this many indexes, those of expired and unreadable entries included; 0: no limit.</summary>
    public ulong Limit { get; init; }

    /// <summary>At the end, go on with what is appended from then on.</summary>
    public bool Follow { get; init; }

    /// <summary>How long a stream that follows may be silent before the connection is made anew.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the server may be unreachable before reading fails.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest pause between two attempts to reach the server.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A range of indexes.</summary>
    public static ReadOptions Range(ulong from, ulong count) => new() { From = from, Limit = count };

    /// <summary>The last entries, and then live what comes.</summary>
    public static ReadOptions Tail(ulong last) => new() { FromEnd = last, Follow = true };
}
