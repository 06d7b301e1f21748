// Where the sender gets its batches from: memory, or the spool.
// Called by the sender only, one call at a time.

namespace LedgerStore.Client;

/// <summary>Gives batches in the order of their tickets.</summary>
internal interface IBatchSource
{
    /// <summary>Nothing more will come, and everything that came was taken.</summary>
    bool IsDrained { get; }

    /// <summary>A batch that should leave now, or null. Requirement: the signal is set when that changes.</summary>
    /// <param name="underWay">What waits for its answer; null: whatever there is, it will not be sent.</param>
    ValueTask<OutgoingBatch?> TryTakeAsync(UnderWay? underWay);

    /// <summary>The signal will be set when those who were told of an answer have had their turn.</summary>
    bool IsWaking { get; }

    /// <summary>The server stored a batch.</summary>
    void Complete(OutgoingBatch batch, in AppendedBatch answer);

    /// <summary>A batch is given up.</summary>
    void Fail(OutgoingBatch batch, AppendException error);

    /// <summary>Whether batches may be given up because the server is away, or refuses for the time being.</summary>
    bool MayGiveUp { get; }
}
