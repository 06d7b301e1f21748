// One ledger as the catalog knows it. Immutable: any thread; a change makes a new one.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Journal;

/// <summary>A ledger's name, identity and options.</summary>
/// <param name="Frozen">Not null: it takes no more appends.</param>
/// <param name="Retention">The newest policy, as it was given; null when there was none.</param>
internal sealed record CatalogLedger(CreatedRecord Created, FrozenRecord? Frozen, RetentionRecord? Retention)
{
    /// <summary>The entry of <c>_audit</c> that says the same as each record, as far as the catalog knows.</summary>
    public long CreatedSaid { get; init; } = AuditEvent.Unsaid;

    public long FrozenSaid { get; init; } = AuditEvent.Unsaid;

    public long RetentionSaid { get; init; } = AuditEvent.Unsaid;

    public uint Id => Created.LedgerId;

    public string Name => Created.Name;

    public string Origin => Created.Origin;

    public bool IsSalted => Created.IsSalted;

    public bool IsFrozen => Frozen is not null;

    /// <summary>All that a catalog has to say of the ledger.</summary>
    public IEnumerable<(CatalogRecordType Type, byte[] Body)> Records()
    {
        yield return (CatalogRecordType.Created, Created.Encode());
        if (Frozen is not null)
        {
            yield return (CatalogRecordType.Frozen, Frozen.Encode());
        }

        if (Retention is not null)
        {
            yield return (CatalogRecordType.Retention, Retention.Encode());
        }

        (CatalogRecordType About, long At)[] said =
        [
            (CatalogRecordType.Created, CreatedSaid),
            (CatalogRecordType.Frozen, FrozenSaid),
            (CatalogRecordType.Retention, RetentionSaid),
        ];
        foreach ((CatalogRecordType about, long at) in said)
        {
            if (at != AuditEvent.Unsaid)
            {
                yield return (CatalogRecordType.Said, new SaidRecord(Id, about, at).Encode());
            }
        }
    }

    /// <summary>The same, said at an entry of <c>_audit</c>.</summary>
    public CatalogLedger With(in SaidRecord said) => said.About switch
    {
        CatalogRecordType.Created => this with { CreatedSaid = said.AuditIndex },
        CatalogRecordType.Frozen => this with { FrozenSaid = said.AuditIndex },
        _ => this with { RetentionSaid = said.AuditIndex },
    };
}
