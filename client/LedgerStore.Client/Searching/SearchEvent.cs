// What a search gives: entries that were found, and for each part of the range what the answer is worth.
// Immutable; any thread.

using LedgerStore.Fields;

namespace LedgerStore.Client;

/// <summary>One event of a search.</summary>
public abstract class SearchEvent
{
    private protected SearchEvent()
    {
    }
}

/// <summary>An entry of the answer; it is proven to be in the ledger.</summary>
public sealed class FoundEntryEvent : SearchEvent
{
    internal FoundEntryEvent(LedgerEntry entry, bool isOpaque) => (Entry, IsOpaque) = (entry, isOpaque);

    public LedgerEntry Entry { get; }

    /// <summary>Its record cannot be read: it may be part of the answer, and a person has to look.</summary>
    public bool IsOpaque { get; }
}

/// <summary>Of a part of the range everything was said: this event comes only then.</summary>
public sealed class SearchedRange : SearchEvent
{
    private SearchedRange(ulong first, ulong end) => (First, End) = (first, end);

    /// <summary>The first entry of the part.</summary>
    public ulong First { get; }

    /// <summary>The one behind its last.</summary>
    public ulong End { get; }

    /// <summary>Entries that an index proves to be no part of the answer.</summary>
    public ulong Excluded { get; init; }

    /// <summary>Entries that expired, by tombstones.</summary>
    public IReadOnlyList<(ulong First, ulong Count)> Expired { get; init; } = [];

    /// <summary>Entries that the server says it cannot read.</summary>
    public IReadOnlyList<(ulong First, ulong Count)> Unreadable { get; init; } = [];

    internal static SearchedRange Of(CoverResult result) => Of(result, 0, 0, 0);

    internal static SearchedRange Of(CoverResult result, int segments, long proofBytes, long entryBytes) =>
        new(result.First, result.End)
        {
            Excluded = result.Excluded.Aggregate(0UL, static (sum, range) => sum + range.Count),
            Expired = result.Expired,
            Unreadable = result.Unreadable,
            IndexedSegments = segments,
            ProofBytes = proofBytes,
            EntryBytes = entryBytes,
        };

    /// <summary>Segments of which an index was sent.</summary>
    public int IndexedSegments { get; init; }

    /// <summary>Bytes of pages, statements and paths.</summary>
    public long ProofBytes { get; init; }

    /// <summary>Bytes of entries that were sent to be looked at.</summary>
    public long EntryBytes { get; init; }
}

/// <summary>What is searched for, and by which keys the answer is proven.</summary>
public sealed class SearchOptions
{
    /// <summary>As they are typed, such as <c>who=anna</c>; an entry must have all of them.</summary>
    public required IReadOnlyList<string> Clauses { get; init; }

    /// <summary>The fields that the server says the ledger has: see <see cref="Searcher.GetFieldsAsync"/>.</summary>
    public required Protocol.V1.FieldsInfo Fields { get; init; }

    /// <summary>Verifies the ledger.</summary>
    public required Verifier Ledger { get; init; }

    /// <summary>Verifies the ledger of statements.</summary>
    public required Verifier Index { get; init; }

    /// <summary>Verifies <c>_audit</c>; null: that entries expired is the server's word, and they count as unreadable.
    /// </summary>
    public Verifier? Audit { get; init; }

    /// <summary>The first entry that is looked at.</summary>
    public ulong From { get; init; }

    /// <summary>The one behind the last; null: all that is signed.</summary>
    public ulong? End { get; init; }

    public bool NewestFirst { get; init; }

    /// <summary>Takes the answer with its proofs, for a verification without the server; null: it is not kept.
    /// </summary>
    public SearchProofWriter? Proof { get; init; }
}
