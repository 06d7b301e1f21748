// The background work on tiers: visits the ledgers that have a policy.
// Owned by one thread, or turned by a test; requests come from any thread.

using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

/// <summary>Does what policies say.</summary>
internal sealed class TieringWorker(
    StoreGround ground,
    Catalog catalog,
    OpenLedgers ledgers,
    Gate gate,
    TieringOptions options,
    TieringCounters counters,
    Pace pace,
    Func<LedgerVisit> makeVisit) : VisitWorker(ground, gate, options, options.Interval, pace)
{
    // Made with the first visit: it has memory that most stores never need.
    private LedgerVisit? _visit;

    public TieringStatus Status => counters.Read();

    protected override IEnumerable<OpenLedger> BeginRound()
    {
        counters.Round();
        return catalog.SortedByName()
            .Where(static ledger => ledger.Retention is not null)
            .Select(ledger => ledgers.Get(ledger.Created.LedgerId));
    }

    protected override Task VisitAsync(OpenLedger log) => (_visit ??= makeVisit()).RunAsync(log);

    protected override void NoteWork(long bytes) => counters.AddBytes(bytes);

    protected override void NoteFailure(Exception cause)
    {
        counters.Failed(cause);
        _visit!.Abandon();
    }
}
