// What retention does, or would do. Immutable: any thread.

using System.Runtime.InteropServices;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>Entries that change their tier, or go.</summary>
/// <param name="From">hot, warm or cold.</param>
/// <param name="To">warm, cold or expired.</param>
/// <param name="Due">When; what is due happens in the next round, and expiry is checked twice, a day apart.</param>
/// <param name="StoredBytes">What they take where they are.</param>
/// <param name="HeldBy">The ids of the holds that forbid it, with commas between them; empty: none.</param>
public sealed record PlannedMove(
    long FirstIndex, long Count, string From, string To, DateTimeOffset Due, long StoredBytes, string HeldBy)
{
    internal long End => FirstIndex + Count;
}

/// <summary>Entries that must not expire.</summary>
/// <param name="Count">0: all from the first on, those to come included.</param>
/// <param name="Released">Null while it is in force.</param>
public sealed record LegalHold(
    string Id,
    long FirstIndex,
    long Count,
    string Reason,
    string PlacedBy,
    DateTimeOffset Placed,
    DateTimeOffset? Released);

/// <summary>Entries that have expired.</summary>
/// <param name="Tombstone">The index of the entry of <c>_audit</c> that says so.</param>
public sealed record ExpiredRange(
    long FirstIndex, long Count, long Tombstone, DateTimeOffset Expired, string Reason);

/// <summary>Entries that have expired and are one perfect subtree: what a reader gets in their place.</summary>
/// <param name="Count">A power of two, and FirstIndex a multiple of it.</param>
/// <param name="Root">The root of the subtree.</param>
/// <param name="Tombstone">The index of the entry of <c>_audit</c> that says so.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ExpiredSubtree(long FirstIndex, long Count, Hash256 Root, long Tombstone);

/// <summary>What a ledger has in a tier.</summary>
/// <param name="Segments">Segment files; one that has lost some of its payload counts where the rest is.</param>
/// <param name="StoredBytes">Files of the tier: those of the cold tier count without their local hashes.</param>
/// <param name="Oldest">When the oldest entry of the tier was received; null when there is none.</param>
public sealed record TierShare(
    string Tier, long Segments, long Entries, long StoredBytes, DateTimeOffset? Oldest)
{
    /// <summary>What the entries are without compression; what is in memory only does not count yet.</summary>
    public long RawBytes { get; init; }
}
