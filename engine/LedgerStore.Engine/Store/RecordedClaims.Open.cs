// RecordedClaims: what is followed of the catalog. Each record is compared with the entry of `_audit` that it names
// when its ledger is opened: one entry and one proof for each. Where they differ, all of `_audit` is read, and what it
// says is followed instead, in memory; the file stays as it was found.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Verification;

namespace LedgerStore.Engine;

internal sealed partial class RecordedClaims
{
    /// <summary>Sees to it that of a ledger nothing is followed that <c>_audit</c> says otherwise. What cannot be
    /// compared, because <c>_audit</c> is damaged, is left as it is: what is there is served.</summary>
    /// <remarks>Before the ledger is opened, and not while a change of it may be under way.</remarks>
    public void Confirm(uint id)
    {
        Catalog catalog = core.Catalog;
        if (id == Catalog.AuditId || catalog.FactsSaid == AuditEvent.Unsaid || catalog.Find(id) is not { } here
            || IsSaid(here))
        {
            return;
        }

        lock (_turn)
        {
            try
            {
                if (ReadAll(core.Ledgers.Get(Catalog.AuditId).Durable.Value, static () => false) is null)
                {
                    Follow(here);
                }
            }
            catch (Exception unreadable) when (IsDamage(unreadable))
            {
                // The scrubber tells of it, and nothing expires.
            }
        }
    }

    /// <summary>Has an open ledger do as the catalog, in memory, says by now.</summary>
    public void Apply(OpenLedger log)
    {
        CatalogLedger ledger = core.Catalog.Find(log.Id)!;
        log.IsSalted = ledger.IsSalted;
        if (log.Damage is null)
        {
            StoreException? refusal = _strangers.TryGetValue(log.Id, out string? stranger)
                ? LedgerRefusals.NotRecorded(log.Name, stranger)
                : ledger.Frozen is { } frozen ? LedgerRefusals.Frozen(log.Name, frozen.Reason) : null;
            core.Gate.Locked(() => log.AppendRefusal = refusal);
        }
    }

    /// <summary>Whether the entries that the catalog names say what it says of a ledger.</summary>
    private bool IsSaid(CatalogLedger here) =>
        SaidAt(here.CreatedSaid) is AuditLedgerChange { IsCreation: true } created
        && (created.Ledger, created.LedgerId, created.Origin, created.IsSalted, created.Micros)
            == (here.Name, here.Id, here.Origin, here.IsSalted, here.Created.CreatedMicros)
        && (here.Frozen is not { } frozen
            || (SaidAt(here.FrozenSaid) is AuditLedgerChange { Change: AuditLedgerChange.Frozen } end
                && (end.Ledger, end.Micros, end.Reason) == (here.Name, frozen.FrozenMicros, frozen.Reason)))
        && (here.Retention is not { } retention
            || (SaidAt(here.RetentionSaid) is AuditRetentionChange policy
                && policy.Ledger == here.Name
                && policy.Policy.Span.SequenceEqual(retention.Policy)));

    private AuditEvent? SaidAt(long index) =>
        index >= 0 && core.ReadSaid(index).Entry is { } entry && EntryView.TryParse(entry, out EntryView view)
            ? AuditEvent.TryRead(index, view.ContentType, view.Payload)
            : null;

    /// <summary>Follows the book, which has been read, where the catalog in memory says otherwise.</summary>
    /// <returns>Whether it does.</returns>
    private bool Follow(CatalogLedger here)
    {
        AuditBook book = _audit.Book;
        ClaimsCheck check = NewCheck();
        check.Compare(here);
        if (check.Findings.Count == 0)
        {
            return false;
        }

        foreach (VerifyFinding found in check.Findings)
        {
            core.Ground.Services.Damaged(
                new DamageReport(here.Id, 0, 0, core.Ground.Paths.Catalog, -1, found.Evidence));
        }

        _unconfirmed[here.Id] = TextsOf(check);
        if (SaidLedger.Of(here, book.Of(here.Name)) is not { } said)
        {
            // Nothing says what it is. What is in it is read; nothing is added.
            _strangers[here.Id] = check.Findings[0].Evidence;
            return true;
        }

        core.Catalog.Believe(here, said);
        return true;
    }
}
