// A question to a ledger's index, and the answer: which part of the range it is about, and what stands for every entry
// of that. Immutable.
using LedgerStore.Fields;

namespace LedgerStore.Engine;

/// <summary>What is asked.</summary>
/// <param name="IndexLedger">Says by which spec: that of the ledger's fields, or an older one.</param>
/// <param name="Clauses">As they are typed; an entry must have all of them.</param>
/// <param name="First">The range: from this entry on.</param>
/// <param name="End">To the one before this; at most the size.</param>
public sealed record SearchQuestion(string IndexLedger, IReadOnlyList<string> Clauses, long First, long End)
{
    public bool IsNewestFirst { get; init; }

    /// <summary>The size of the ledger's tree in which the answer is proven; published.</summary>
    public required long Size { get; init; }

    /// <summary>That of the ledger of statements; 0: nothing is proven by the index.</summary>
    public long IndexSize { get; init; }

    /// <summary>That of <c>_audit</c>; 0: what expired cannot be proven.</summary>
    public long AuditSize { get; init; }
}

/// <summary>The answer.</summary>
/// <param name="First">The part of the range that it is about: the front, or the end if the newest come first.</param>
/// <param name="Answers">What the index proves, and what it leaves.</param>
public sealed record LedgerSearch(long First, long End, IAsyncEnumerable<SearchAnswer> Answers);
