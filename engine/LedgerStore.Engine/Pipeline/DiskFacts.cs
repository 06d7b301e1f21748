// How a store is off for space, at one moment. Immutable.
namespace LedgerStore.Engine;

/// <summary>What the store says about the disk under it.</summary>
/// <param name="IsFull">Appends are refused for want of space; everything else goes on.</param>
/// <param name="Episodes">How often that began since the store was opened.</param>
/// <param name="Since">When it began; null while there is space.</param>
/// <param name="BytesToFree">What somebody has to free so that appends go on; 0 while they do, and where it is not
/// known.</param>
/// <param name="ReserveBytes">What is kept for the store's own needs, allocated on the disk.</param>
/// <param name="BacklogBytes">What of it is meant for entries that are accepted and not in the ledgers' files
/// yet.</param>
/// <param name="AuditBytes">What of it is left for records of accesses, while the disk is full.</param>
public sealed record DiskFacts(
    bool IsFull,
    long Episodes,
    DateTimeOffset? Since,
    long BytesToFree,
    long ReserveBytes,
    long BacklogBytes,
    long AuditBytes);
