// Catalog: what it takes over from `_audit`.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

internal sealed partial class Catalog
{
    /// <summary>A ledger is, in memory, what <c>_audit</c> says and not what the file says.</summary>
    /// <param name="here">What it was compared with: if it was changed since, it stays as it is.</param>
    public void Believe(CatalogLedger here, CatalogLedger said)
    {
        lock (_changes)
        {
            if (ReferenceEquals(Find(here.Id), here))
            {
                Replace(said);
            }
        }
    }

    /// <summary>A ledger that the file lacks is there, in memory, because <c>_audit</c> says that it was created.
    /// </summary>
    public void Restore(CatalogLedger said)
    {
        lock (_changes)
        {
            Invariant.That(Find(said.Id) is null && Find(said.Name) is null, "what is there is not lost");
            Add(said);
        }
    }

    /// <summary>The file becomes what is in memory, and nothing else: records that are not followed are gone from it.
    /// </summary>
    /// <param name="factsSaid">Where <c>_audit</c> says who the store is.</param>
    /// <exception cref="StoreException">DiskFull: nothing was changed.</exception>
    public void Rewrite(long factsSaid)
    {
        lock (_changes)
        {
            (long before, FactsSaid) = (FactsSaid, factsSaid);
            if (!TryCompact())
            {
                FactsSaid = before;
                throw new StoreException(
                    StoreReason.DiskFull, "there is no space to write the catalog anew; free some and try again");
            }
        }
    }

    /// <summary>Where <c>_audit</c> says what the file has.</summary>
    public void NoteSaid(IReadOnlyList<SaidRecord> said)
    {
        lock (_changes)
        {
            Commit([.. said.Select(static one => (CatalogRecordType.Said, one.Encode()))]);
            foreach (SaidRecord one in said)
            {
                Replace(Existing(one.LedgerId).With(one));
            }
        }
    }
}
