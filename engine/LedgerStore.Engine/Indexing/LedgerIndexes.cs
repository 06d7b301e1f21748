// Which indexes there are. The catalog has their ledgers, and the entry of `_audit` that created one has its spec:
// there is no other record of it. Any thread.

using System.Collections.Concurrent;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Indexing;

/// <summary>Finds indexes and their specs.</summary>
/// <param name="readSaid">Reads an entry of <c>_audit</c>, as soon as it can be read.</param>
internal sealed class LedgerIndexes(Catalog catalog, Func<long, AuditAnswer> readSaid)
{
    private readonly ConcurrentDictionary<uint, IndexSpec> _specs = new();

    // Of one state of the catalog. Replaced, never changed.
    private volatile Known _known = new([], [], []);

    /// <summary>All that there are, also those that a newer spec has taken the place of.</summary>
    public IReadOnlyList<LedgerIndex> All => Newest().Indexes;

    /// <summary>The index by the newest spec of a ledger; null when it has none.</summary>
    public LedgerIndex? NewestOf(uint ledgerId) => Newest().ByLedger.GetValueOrDefault(ledgerId);

    /// <summary>The index whose statements a ledger has; null when it is another ledger.</summary>
    public LedgerIndex? Find(uint id) => All.FirstOrDefault(index => index.Id == id);

    /// <summary>The spec of an index, from <c>_audit</c>.</summary>
    /// <exception cref="StoreException">DataLoss: what <c>_audit</c> has there is not it.</exception>
    public IndexSpec SpecOf(LedgerIndex index)
    {
        if (_specs.TryGetValue(index.Id, out IndexSpec? known))
        {
            return known;
        }

        // One that is not the index's is not kept: what is damaged may be repaired.
        IndexSpec spec = Read(index);
        _specs[index.Id] = spec;
        return spec;
    }

    private Known Newest()
    {
        CatalogLedger[] ledgers = catalog.SortedByName();
        Known known = _known;
        if (!ReferenceEquals(known.Of, ledgers))
        {
            LedgerIndex[] indexes = [.. ledgers.Select(TryRead).OfType<LedgerIndex>()];
            _known = known = new Known(ledgers, indexes, indexes.GroupBy(static index => index.Name.LedgerId)
                .ToDictionary(static some => some.Key, static some => some.MaxBy(static one => one.Name.Number)!));
        }

        return known;
    }

    private static LedgerIndex? TryRead(CatalogLedger ledger) => IndexLedgerName.TryParse(ledger.Name, out var name)
        ? new LedgerIndex(ledger.Id, name, ledger.CreatedSaid)
        : null;

    private IndexSpec Read(LedgerIndex index)
    {
        AuditAnswer answer = readSaid(index.Said);
        if (answer.Entry is { } entry && EntryView.TryParse(entry, out EntryView view)
            && AuditEvent.TryRead(index.Said, view.ContentType, view.Payload) is AuditLedgerChange created
            && created.Ledger == index.Name.ToString())
        {
            try
            {
                IndexSpec spec = IndexSpec.Parse(created.Fields);
                if (index.Name.Names(spec))
                {
                    return spec;
                }
            }
            catch (MalformedDataException)
            {
                // As below: it is not the spec that the name says.
            }
        }

        throw new StoreException(
            StoreReason.DataLoss,
            $"the spec of '{index.Name}' cannot be read from entry {index.Said} of {LedgerName.Audit}, so nothing is "
            + $"indexed or searched by it{(answer.Why.Length > 0 ? ": " + answer.Why : "")}");
    }

    private sealed record Known(
        CatalogLedger[] Of, LedgerIndex[] Indexes, Dictionary<uint, LedgerIndex> ByLedger);
}
