// What the flusher asks of the bundler, and the answer: which ledgers are written how far.
// Filled by the bundler's thread, read by the flusher's after IsComplete.
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Pipeline;

/// <summary>How far a ledger's files go, written but not yet known durable.</summary>
internal readonly record struct LedgerFlush(
    OpenLedger Ledger, long Size, long Segment, uint Generation, long LastMicros, SealedFacts[] Completed);

/// <summary>One round of making journal files superfluous.</summary>
/// <param name="throughFile">Journal files up to this number.</param>
/// <param name="throughFrame">The last frame in them.</param>
internal sealed class FlushTicket(long throughFile, long throughFrame, Doorbell flusherBell)
{
    private readonly List<LedgerFlush> _flushes = [];
    private volatile bool _isComplete;

    public long ThroughFile => throughFile;

    public long ThroughFrame => throughFrame;

    public bool IsComplete => _isComplete;

    public IReadOnlyList<LedgerFlush> Flushes
    {
        get
        {
            Invariant.That(_isComplete, "a flush is looked at when the bundler is done with it");
            return _flushes;
        }
    }

    /// <summary>Ledgers whose open segment is written again without what expired in it.</summary>
    public IReadOnlyList<OpenLedger> Strips { get; init; } = [];

    public bool Has(OpenLedger ledger) => _flushes.Exists(flush => flush.Ledger == ledger);

    public void Add(in LedgerFlush flush) => _flushes.Add(flush);

    public void Complete()
    {
        _isComplete = true;
        flusherBell.Ring();
    }
}
