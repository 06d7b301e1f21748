// How the background work on tiers behaves. Immutable.

namespace LedgerStore.Engine;

/// <summary>Settings of tiering; every one has a default that serves.</summary>
public sealed record TieringOptions
{
    /// <summary>Bytes that are read and written in the background in a second; what a copy in the cold store takes
    /// counts too.</summary>
    public long BytesPerSecond { get; init; } = 24L * 1024 * 1024;

    /// <summary>How often the ledgers are looked through for what is due.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>False: nothing is done but by <see cref="Ledger.ApplyRetentionAsync"/>.</summary>
    public bool IsAutomatic { get; init; } = true;

    /// <summary>How long entries must have been announced in <c>_audit</c>, and the store have run since, before they
    /// go. Tests shorten it; what verifiers ask for is always a day.</summary>
    internal TimeSpan SecondCheckAfter { get; init; } = Format.AuditExpiryNotice.Ahead;
}

/// <summary>What tiering has done since the store was opened.</summary>
/// <param name="Failures">Moves that failed and are tried again in the next round.</param>
public sealed record TieringStatus(
    long Rounds, long Recompressed, long MovedCold, long Expired, long Failures, long Bytes, string? LastFailure)
{
    /// <summary>Entries that the store made to close bundles, by <see cref="RetentionPolicy.FillAfter"/>.</summary>
    public long Filled { get; init; }

    /// <summary>Objects in the cold store whose own retention was extended, because a floor was raised.</summary>
    public long KeptLonger { get; init; }

    /// <summary>When the next entries expire, as far as the last round knows; null: none are known to.</summary>
    public DateTimeOffset? NextExpiry { get; init; }
}
