// What one call appends, before it is built: spans over the caller's message, nothing copied.
// A value on the caller's stack, used by EntryBuilder only.

namespace LedgerStore.Engine.Entries;

/// <summary>Everything the entries of a batch have in common, and the lengths of its records.</summary>
internal readonly ref struct EntryBatch
{
    /// <summary>UTF-8, from the certificate; may be empty in an embedded store.</summary>
    public ReadOnlySpan<byte> Appender { get; init; }

    /// <summary>UTF-8; empty when the batch has no producer.</summary>
    public ReadOnlySpan<byte> Producer { get; init; }

    /// <summary>Of the first record, counted from 1; 0 without a producer.</summary>
    public long FirstSequence { get; init; }

    /// <summary>UTF-8; may be empty.</summary>
    public ReadOnlySpan<byte> ContentType { get; init; }

    /// <summary>Of the records in the payload, in order. A uint32 above 2^31 arrives as a negative number.</summary>
    public ReadOnlySpan<int> Lengths { get; init; }

    /// <summary>Each entry gets 16 random bytes.</summary>
    public bool Salted { get; init; }
}
