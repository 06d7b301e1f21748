// Catalog: what it takes over from `_audit`.

using LedgerStore.Engine.Format;

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
