// The background work on indexes: visits those whose ledger may have something new.
// Owned by the tiering thread, which turns it too, or turned by a test.

using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;

namespace LedgerStore.Engine.Indexing;

/// <summary>Keeps all indexes up with their ledgers.</summary>
internal sealed class IndexWorker(
    StoreGround ground,
    OpenLedgers ledgers,
    LedgerIndexes indexes,
    Gate gate,
    TieringOptions options,
    IndexCounters counters,
    Pace pace,
    IndexVisit visit) : VisitWorker(ground, gate, options with { IsAutomatic = true }, s_interval, pace)
{
    private const int RestRounds = 60;

    // Nothing says that a segment has become complete: it takes a second until the worker has seen it.
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    // Those that this process has visited: what is not open since then has nothing new.
    private readonly HashSet<uint> _visited = [];

    // What failed is tried again in a minute, and not each second: a cold store may be away for hours.
    private readonly Dictionary<uint, long> _restsUntil = [];
    private uint _current;

    public IndexStatus Status => counters.Read();

    /// <summary>Segments that are complete and that no statement is about yet, over all ledgers in use.</summary>
    public long LagSegments => indexes.All.Where(index => ledgers.IsOpen(index.Name.LedgerId)).Sum(
        index => Math.Max(
            0,
            IndexVisit.CompleteSegments(ledgers.Get(index.Name.LedgerId)) - ledgers.Get(index.Id).Durable.Value));

    protected override IEnumerable<OpenLedger> BeginRound()
    {
        counters.Round();
        return indexes.All
            .Where(index => _restsUntil.GetValueOrDefault(index.Id) <= Status.Rounds
                && (!_visited.Contains(index.Id) || ledgers.IsOpen(index.Name.LedgerId)))
            .Select(index => ledgers.Get(index.Id));
    }

    protected override async Task VisitAsync(OpenLedger log)
    {
        if (indexes.Find(log.Id) is { } index)
        {
            _current = index.Id;
            await visit.RunAsync(index).ConfigureAwait(false);
            _visited.Add(index.Id);
        }
    }

    protected override void NoteWork(long bytes) => counters.AddBytes(bytes);

    protected override void NoteFailure(Exception cause)
    {
        counters.Failed(cause);
        _restsUntil[_current] = Status.Rounds + RestRounds;
        visit.Abandon();
    }
}
