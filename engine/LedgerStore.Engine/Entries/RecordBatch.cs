// What one append call carries: spans over the caller's memory, copied before the call returns.
// A value on the caller's stack.
namespace LedgerStore.Engine;

/// <summary>Records that are appended together: all of them or none, at consecutive indexes.</summary>
public readonly ref struct RecordBatch
{
    /// <summary>Who appends, UTF-8; a server takes it from the client's certificate. May be empty.</summary>
    public ReadOnlySpan<byte> Appender { get; init; }

    /// <summary>A named source with a gapless count of its own, UTF-8; empty: none, and the batch is
    /// at-least-once.</summary>
    public ReadOnlySpan<byte> Producer { get; init; }

    /// <summary>The producer's number of the first record, counted from 1; 0 without a producer.</summary>
    public long FirstSequence { get; init; }

    /// <summary>UTF-8, may be empty.</summary>
    public ReadOnlySpan<byte> ContentType { get; init; }

    /// <summary>Appended only if the ledger has exactly this many entries; null: whatever it has.</summary>
    public long? ExpectedSize { get; init; }

    /// <summary>Given to batches that are under way together: see <see cref="AppendChain"/>; null: none.</summary>
    public AppendChain? Chain { get; init; }

    /// <summary>Each entry gets 16 random bytes: the ledger was created so.</summary>
    internal bool IsSalted { get; init; }

    /// <summary>A tombstone of the store itself.</summary>
    internal bool FreesSpace { get; init; }

    /// <summary>The length of each record in the payload.</summary>
    public ReadOnlySpan<int> Lengths { get; init; }

    /// <summary>The records, one after the other.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }
}
