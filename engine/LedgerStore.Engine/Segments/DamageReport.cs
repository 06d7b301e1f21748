// What a reader tells about damage that it found, for the scrubber and the operator. Immutable: any thread.

namespace LedgerStore.Engine;

/// <summary>Entries that cannot be read, and why.</summary>
/// <param name="FirstIndex">Of the range that is affected.</param>
/// <param name="Evidence">What contradicts the bytes.</param>
public sealed record DamageReport(
    uint LedgerId,
    long FirstIndex,
    long Count,
    string File,
    long Offset,
    string Evidence);
