// How far a scrub that was asked for is, and what it came to. Values.
namespace LedgerStore.Engine;

/// <summary>Done and to do.</summary>
public readonly record struct ScrubProgress(long Entries, long Bytes, long BytesTotal, int Findings);

/// <summary>The result of a scrub.</summary>
/// <param name="Entries">That were hashed. Those that only the journal holds are not among them.</param>
/// <param name="Findings">What was found; at most <see cref="VerifyReport.FindingsMax"/>.</param>
public sealed record ScrubReport(long Entries, long Bytes, IReadOnlyList<VerifyFinding> Findings);
