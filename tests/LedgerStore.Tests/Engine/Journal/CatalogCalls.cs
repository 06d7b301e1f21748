// Changes of a catalog by itself, of which no ledger _audit says anything. Stateless.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Tests.Engine.Journal;

/// <summary>Changes that are said nowhere.</summary>
internal static class CatalogCalls
{
    public static CatalogLedger CreateLedger(
        this Catalog catalog, string name, string origin, bool isSalted, long nowMicros) =>
        catalog.Create(catalog.Draft(name, origin, isSalted, nowMicros), AuditEvent.Unsaid);

    public static CatalogLedger Freeze(this Catalog catalog, uint id, string reason, long nowMicros) =>
        catalog.Freeze(id, reason, nowMicros, AuditEvent.Unsaid);

    public static CatalogLedger SetRetention(this Catalog catalog, uint id, byte[] policy) =>
        catalog.SetRetention(id, policy, AuditEvent.Unsaid);
}
