// What indexing has done since the store was opened. Immutable.
namespace LedgerStore.Engine;

/// <summary>Figures of the index worker.</summary>
/// <param name="Segments">Segments that were stated.</param>
/// <param name="Failures">Visits that failed and are tried again in the next round.</param>
public sealed record IndexStatus(long Rounds, long Segments, long Failures, long Bytes, string? LastFailure)
{
    /// <summary>Complete segments that are not indexed yet, over all ledgers in use.</summary>
    public long LagSegments { get; init; }
}
