// What came of comparing the index of a segment with its entries. Immutable; any thread.

namespace LedgerStore.Fields;

/// <summary>How an index stands to its segment.</summary>
public enum ComparedState
{
    /// <summary>Its entries give the index that was signed.</summary>
    Same,

    /// <summary>They give another one.</summary>
    False,

    /// <summary>No statement is about it yet.</summary>
    NotIndexed,

    /// <summary>A part of it has expired, so that nobody can build its index again.</summary>
    Expired,

    /// <summary>The server did not send all of it, or says that it cannot read it.</summary>
    Unreadable,
}

/// <summary>One segment that was compared.</summary>
/// <param name="Problem">What is false; null: nothing was found to be.</param>
public sealed record ComparedSegment(ulong Segment, ComparedState State, string? Problem);
