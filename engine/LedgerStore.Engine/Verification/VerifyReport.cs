// What a verification checked and what it found. Immutable.
namespace LedgerStore.Engine;

/// <summary>The result of <see cref="StoreVerifier.Verify(VerifyOptions)"/>.</summary>
/// <remarks>
/// <see cref="IsVerified"/> says that nothing contradicts anything. It does not say that everything is vouched for:
/// see <see cref="LedgerReport.UnvouchedEntries"/>.
/// </remarks>
public sealed record VerifyReport
{
    /// <summary>Findings that are kept; of more there is only the number.</summary>
    public const int FindingsMax = 1_000;

    public required string DataDirectory { get; init; }

    /// <summary>True when there is no finding.</summary>
    public bool IsVerified => FindingCount == 0;

    /// <summary>True when there is no finding, and everything was checked: a trusted key or checkpoint vouches for
    /// every entry, every payload that has not expired was hashed, and <c>_audit</c> says what the files claim.
    /// </summary>
    public bool IsWhole => IsVerified && IsRecorded && UnvouchedEntries == 0 && UncheckedEntries == 0
        && UnsignedClaims == 0 && UnmadeChanges.Count == 0;

    /// <summary>The ledgers, by name.</summary>
    public required IReadOnlyList<LedgerReport> Ledgers { get; init; }

    /// <summary>By ledger, then by index. The first of them is the first bad entry.</summary>
    public required IReadOnlyList<VerifyFinding> Findings { get; init; }

    public required long FindingCount { get; init; }

    /// <summary>Entries that were hashed.</summary>
    public required long Entries { get; init; }

    /// <summary>Bytes of segment and journal files that were read.</summary>
    public required long Bytes { get; init; }

    /// <summary>Checkpoints whose root was compared with that of the entries.</summary>
    public required long Checkpoints { get; init; }

    /// <summary>Entries that no signature and no trusted checkpoint vouches for.</summary>
    public required long UnvouchedEntries { get; init; }

    /// <summary><c>_audit</c> says who the store is, and so which ledgers, policies, holds and ends of ledgers there
    /// are. Where it does not, nobody can tell whether somebody wrote those of the files: the store was made before
    /// they were recorded, or its <c>_audit</c> was taken away.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Ledgers, policies, holds and ends of ledgers that are as <c>_audit</c> says in entries that nobody has
    /// signed yet: whoever can write files can write these too.</summary>
    public long UnsignedClaims { get; init; }

    /// <summary>What <c>_audit</c> says last and the files lack: a crash may have left them so.</summary>
    public IReadOnlyList<string> UnmadeChanges { get; init; } = [];

    /// <summary>Entries in the cold store whose payload was not fetched: only their hashes were checked.</summary>
    public long UncheckedEntries => Ledgers.Sum(ledger => ledger.UncheckedEntries);

    public required TimeSpan Duration { get; init; }

    /// <summary>The report in JSON, as UTF-8; the names are stable.</summary>
    public byte[] ToJson() => Verification.VerifyReportJson.Write(this);
}

/// <summary>What was checked of one ledger.</summary>
/// <param name="Entries">How many it has.</param>
/// <param name="HashedEntries">How many of them could be read and were hashed.</param>
/// <param name="Checkpoints">Whose root was computed again and was the same.</param>
/// <param name="HasKey">A key was given for it, so that signatures were checked.</param>
/// <param name="SignedSize">The largest size that a good signature or a trusted checkpoint vouches for, or 0.</param>
/// <param name="SignedBy">The key that vouches for it, or where the checkpoint came from; null: nobody.</param>
public sealed record LedgerReport(
    string Name,
    uint Id,
    string Origin,
    long Entries,
    long HashedEntries,
    int Segments,
    long Bytes,
    long Checkpoints,
    bool HasKey,
    long SignedSize,
    string? SignedBy,
    int Findings)
{
    /// <summary>Entries that the files say have expired: their hashes were checked.</summary>
    public long ExpiredEntries { get; init; }

    /// <summary>Expired ranges for which a sound tombstone was found; for any other there is a finding.</summary>
    public IReadOnlyList<ExpiryReport> Expired { get; init; } = [];

    /// <summary>Entries whose payload is in the cold store: their hashes were checked.</summary>
    public long ColdEntries { get; init; }

    /// <summary>Of these, entries whose payload was not fetched.</summary>
    public long UncheckedEntries { get; init; }

    /// <summary>Where the cold entries are, by segment.</summary>
    public IReadOnlyList<ColdReport> Cold { get; init; } = [];

    /// <summary>Entries behind the newest signature: nothing says that they are what was appended.</summary>
    public long UnvouchedEntries => Math.Max(0, Entries - SignedSize);
}

/// <summary>Entries that have expired, and who says so.</summary>
/// <param name="Tombstone">The entry of <c>_audit</c>, which was itself verified.</param>
/// <param name="Policy">The retention policy by which they expired, as the tombstone has it.</param>
public sealed record ExpiryReport(long FirstIndex, long Count, long Tombstone, string Policy, string Reason);

/// <summary>Entries whose payload is in the cold store.</summary>
/// <param name="IsChecked">It was fetched and hashed. If not, nothing is known but that their hashes are right.</param>
public sealed record ColdReport(long FirstIndex, long Count, string Location, bool IsChecked)
{
    /// <summary>Why the cold store could not be asked; null when it was, or nobody said where it is.</summary>
    public string? Away { get; init; }
}
