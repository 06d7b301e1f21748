// What a ledger is like at a moment, for people and their tools. Immutable, any thread.
namespace LedgerStore.Engine;

/// <summary>A description of a ledger.</summary>
/// <param name="Created">When it was created.</param>
/// <param name="IsFrozen">It takes no more appends, for good.</param>
/// <param name="FrozenReason">Why; empty when it is not.</param>
/// <param name="Size">Entries that are acknowledged.</param>
/// <param name="CheckpointedSize">Entries that the newest checkpoint covers.</param>
/// <param name="Segments">Segment files, the open one included.</param>
/// <param name="SegmentBytes">What they take on the disk.</param>
/// <param name="Damage">What is wrong with its files; null when nothing is known to be.</param>
/// <param name="SigningFailure">Why nothing more of it is signed; null when that goes on.</param>
public sealed record LedgerDescription(
    uint Id,
    string Name,
    string Origin,
    DateTimeOffset Created,
    bool IsSalted,
    bool IsFrozen,
    string FrozenReason,
    long Size,
    long CheckpointedSize,
    int Segments,
    long SegmentBytes,
    string? Damage,
    string? SigningFailure)
{
    /// <summary>Entries that are there; fewer than the size when damage has taken the last ones.</summary>
    public long FoundSize { get; init; }

    /// <summary>The first entry that has not expired.</summary>
    public long FirstReadable { get; init; }

    /// <summary>That what was signed about its index is not so; null while nothing is known to be wrong.</summary>
    public string? IndexFailure { get; init; }

    /// <summary>Why nothing expires although it is due; null when nothing forbids it.</summary>
    public string? ExpiryRefusal { get; init; }

    /// <summary>What the ledger's files say has expired and <c>_audit</c> does not confirm: not followed.</summary>
    public IReadOnlyList<string> Unconfirmed { get; init; } = [];

    /// <summary>Segments, entries and bytes by tier.</summary>
    public IReadOnlyList<TierShare> Tiers { get; init; } = [];
}
