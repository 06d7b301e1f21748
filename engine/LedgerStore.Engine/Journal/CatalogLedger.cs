// One ledger as the catalog knows it. Immutable: any thread; a change makes a new one.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Journal;

/// <summary>A ledger's name, identity and options.</summary>
/// <param name="Frozen">Not null: it takes no more appends.</param>
/// <param name="Retention">The newest policy, as it was given; null when there was none.</param>
internal sealed record CatalogLedger(CreatedRecord Created, FrozenRecord? Frozen, RetentionRecord? Retention)
{
    public uint Id => Created.LedgerId;

    public string Name => Created.Name;

    public string Origin => Created.Origin;

    public bool IsSalted => Created.IsSalted;

    public bool IsFrozen => Frozen is not null;
}
