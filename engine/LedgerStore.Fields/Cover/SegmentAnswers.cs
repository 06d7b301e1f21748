// What a server sends as the answer to a question: for every part of the range one of four, and never nothing. Bytes
// from somebody who may lie: only SearchCover says what they are worth. Immutable.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>A signed tree: what a verified checkpoint says.</summary>
internal sealed record TreeHead(string Origin, ulong Size, Hash256 Root);

/// <summary>One part of an answer.</summary>
public abstract record SearchAnswer;

/// <summary>An entry and its way to the root of its ledger.</summary>
public sealed record ProvenEntry(ulong Index, byte[] Entry, Hash256[] Path);

/// <summary>One page of an index and its way to the index root.</summary>
public sealed record PageAnswer(int Field, int Page, ReadOnlyMemory<byte> Bytes, Hash256[] Path);

/// <summary>"These bundles of the segment have nothing of it": the statement, and the pages that show it.</summary>
/// <param name="Statement">The entry of the index ledger; its index is the segment.</param>
/// <param name="SegmentPath">From the segment's root to the ledger's: node s of level 16.</param>
public sealed record SegmentAnswer(
    ulong Segment, ProvenEntry Statement, Hash256[] SegmentPath, IReadOnlyList<PageAnswer> Pages) : SearchAnswer
{
    /// <summary>The secret key of the terms in the pages, which the statement has the hash of; none where everybody
    /// knows it, and where no page has terms.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }
}

/// <summary>"Look yourself": the entries of a bundle, all that the checkpoint covers.</summary>
/// <param name="Bundle">Counted through the ledger.</param>
/// <param name="Path">From the bundle's root to the ledger's: node of level 8.</param>
public sealed record BundleAnswer(ulong Bundle, byte[] Entries, Hash256[] Path) : SearchAnswer;

/// <summary>"These are gone": the tombstone in _audit.</summary>
public sealed record ExpiredAnswer(ulong First, ulong Count, ProvenEntry Tombstone) : SearchAnswer;

/// <summary>"These cannot be read now": the server's word, shown to whoever asked.</summary>
public sealed record UnreadableAnswer(ulong First, ulong Count, string Why) : SearchAnswer;

/// <summary>An entry of the answer.</summary>
/// <param name="Verdict">Yes, or opaque: it may be part of the answer, and a person has to look.</param>
internal sealed record FoundEntry(ulong Index, ReadOnlyMemory<byte> Entry, Verdict Verdict);
