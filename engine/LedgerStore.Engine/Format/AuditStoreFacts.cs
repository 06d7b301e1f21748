// What an entry of `_audit` says of the store: Event.store of events.proto. It is the first entry of `_audit`; in a
// store that was made before this was recorded, it is behind the entries that say what the store was found to be.
// Immutable, pure codec: any thread.

using System.Globalization;

namespace LedgerStore.Engine.Format;

/// <summary>Who the store is, as store.json has it.</summary>
internal sealed record AuditStoreFacts(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 12;

    /// <summary>32 lower-case hex digits, as in store.json.</summary>
    public string StoreId { get; init; } = string.Empty;

    public string PublicName { get; init; } = string.Empty;

    public string Incarnation { get; init; } = string.Empty;

    public long CreatedMicros { get; init; }

    /// <summary>The store was made before this was recorded: what it was found to be, the entries before say.</summary>
    public bool IsAdopted { get; init; }

    protected override int Field => Number;

    public static AuditStoreFacts Of(StoreFile store, bool isAdopted) => new(Unsaid)
    {
        StoreId = store.StoreId.ToString("x32", CultureInfo.InvariantCulture),
        PublicName = store.PublicName,
        Incarnation = store.Incarnation.ToString("x32", CultureInfo.InvariantCulture),
        CreatedMicros = store.CreatedMicros,
        IsAdopted = isAdopted,
    };

    /// <summary>Whether store.json says the same.</summary>
    public bool Agrees(StoreFile store) =>
        this with { AuditIndex = Unsaid, IsAdopted = false } == Of(store, isAdopted: false);

    protected override AuditEvent With(in ProtoReader from) => from.Field switch
    {
        1 => this with { StoreId = TextOf(from.Bytes) },
        2 => this with { PublicName = TextOf(from.Bytes) },
        3 => this with { Incarnation = TextOf(from.Bytes) },
        4 => this with { CreatedMicros = (long)from.Number },
        5 => this with { IsAdopted = from.Number != 0 },
        _ => this,
    };

    protected override void Write(ProtoWriter to)
    {
        to.Text(1, StoreId);
        to.Text(2, PublicName);
        to.Text(3, Incarnation);
        to.Number(4, CreatedMicros);
        to.Flag(5, IsAdopted);
    }
}
