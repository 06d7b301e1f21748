// How far a verification is. A value.
namespace LedgerStore.Engine;

/// <summary>Done and to do.</summary>
/// <param name="EntriesTotal">What the files say; 0 while they are being counted.</param>
/// <param name="Bytes">Of segment and journal files, read and checked.</param>
public readonly record struct VerifyProgress(
    long Entries, long EntriesTotal, long Bytes, int Ledgers, int LedgersTotal);
