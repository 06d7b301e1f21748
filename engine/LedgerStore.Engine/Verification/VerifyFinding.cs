// One thing that does not verify, and what contradicts it. Immutable.
namespace LedgerStore.Engine;

/// <summary>A finding of a verification.</summary>
/// <param name="Ledger">The ledger's name; null when it is not about one.</param>
/// <param name="FirstIndex">The first entry that may be bad; -1 when it is not about entries.</param>
/// <param name="Count">The entries from there on among which the first bad one is: 1 when it is certain.</param>
/// <param name="File">The file that holds them, or that is damaged; null when it is about what is not there.</param>
/// <param name="Offset">Where in the file; -1 when it is about all of it.</param>
/// <param name="Evidence">The values that contradict each other, in words.</param>
public sealed record VerifyFinding(
    VerifyFindingKind Kind,
    string? Ledger,
    long FirstIndex,
    long Count,
    string? File,
    long Offset,
    string Evidence)
{
    /// <summary>Where it stands among others: a root says only that something up to its size is wrong, so a finding
    /// that names the entries comes before it.</summary>
    internal long Rank => Kind == VerifyFindingKind.RootMismatch ? FirstIndex + Count - 1 : FirstIndex;
}

/// <summary>What kind of finding it is. The names are part of the JSON form.</summary>
public enum VerifyFindingKind
{
    /// <summary>store.json, the catalog, or the journal as a whole: without them nothing can be said.</summary>
    SharedFileDamaged,

    /// <summary>Bytes are missing, damaged, or belong elsewhere: these entries cannot be read.</summary>
    EntriesUnreadable,

    /// <summary>These entries can be read, and are not those that were committed to.</summary>
    EntriesChanged,

    /// <summary>The entries are sound; a tile, a directory or a kept root, which can be made again, is not.</summary>
    DerivedDataDamaged,

    /// <summary>The tree of the entries has not the root that a checkpoint says it had at its size.</summary>
    RootMismatch,

    /// <summary>A checkpoint is of more entries than there are.</summary>
    RolledBack,

    /// <summary>A checkpoint in the store is not one, is not of this log, or is not signed by a trusted key.</summary>
    CheckpointInvalid,

    /// <summary>A log that keys or checkpoints were given for is not in the store.</summary>
    LedgerMissing,

    /// <summary>There is a directory of a ledger that the catalog does not know.</summary>
    LedgerUnknown,

    /// <summary>A file claims something that no signed entry of <c>_audit</c> says, and it is not followed where it
    /// hides, deletes or hastens; or it does not have what an entry says.</summary>
    ClaimNotConfirmed,
}
