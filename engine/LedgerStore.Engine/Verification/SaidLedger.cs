// A ledger of the catalog as `_audit` says that it is. Pure; any thread.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Makes what the catalog should say.</summary>
internal static class SaidLedger
{
    /// <param name="here">What the catalog says: it counts where <c>_audit</c> says less than a record has.</param>
    /// <returns>Null when nothing says that this ledger was created, or not with this id.</returns>
    public static CatalogLedger? Of(CatalogLedger here, AuditedLedger said) =>
        said.Created is not { } created || created.LedgerId != here.Id
            ? null
            : new CatalogLedger(
                new CreatedRecord(here.Id, created.Micros, created.IsSalted, here.Name, created.Origin),
                FrozenBy(here, said),
                RetentionBy(here, said))
            {
                CreatedSaid = created.AuditIndex,
                FrozenSaid = said.Frozen?.AuditIndex ?? AuditEvent.Unsaid,
                RetentionSaid = said.Retention?.AuditIndex ?? AuditEvent.Unsaid,
            };

    /// <summary>The first version recorded neither when a ledger was frozen nor that it is so for good.</summary>
    private static FrozenRecord? FrozenBy(CatalogLedger here, AuditedLedger said) => said.Frozen switch
    {
        null => null,
        { Micros: 0 } => here.Frozen,
        { } frozen => new FrozenRecord(here.Id, frozen.Micros, frozen.Reason),
    };

    /// <summary>The first version recorded policies as a text only: where that differs, everything is kept.</summary>
    private static RetentionRecord? RetentionBy(CatalogLedger here, AuditedLedger said) =>
        said.Retention is not { } policy ? null
        : here.Retention is { } kept && IsPolicy(kept, policy.After) ? kept
        : policy.Policy.IsEmpty ? null
        : new RetentionRecord(here.Id, policy.Policy.ToArray());

    private static bool IsPolicy(RetentionRecord kept, string text)
    {
        try
        {
            return RetentionPolicy.Decode(kept.Policy).ToString() == text;
        }
        catch (MalformedDataException)
        {
            return false;
        }
    }
}
