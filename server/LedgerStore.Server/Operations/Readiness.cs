// Whether the server can take appends, and whether it can serve reads: on a full disk these are two questions.
// Any thread.
using LedgerStore.Engine;

namespace LedgerStore.Server.Operations;

/// <summary>What the server is ready for.</summary>
/// <param name="whyNot">Null while the server can serve at all; else why it cannot.</param>
internal sealed class Readiness(Func<string?> whyNot, Func<DiskFacts> disk)
{
    /// <summary>Null while it takes appends; else why it does not.</summary>
    public string? WhyNotForAppends() => whyNot() ?? (disk() is { IsFull: true } full
        ? $"the disk is full: free {full.BytesToFree} bytes; appends are refused, reads go on"
        : null);

    /// <summary>Null while it serves reads; else why it does not.</summary>
    public string? WhyNotForReads() => whyNot() ?? (disk() is { IsFull: true, AuditBytes: 0 } full
        ? $"the disk is full, and accesses cannot be recorded any more: free {full.BytesToFree} bytes"
        : null);
}
