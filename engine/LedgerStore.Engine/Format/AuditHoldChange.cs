// What an entry of `_audit` says of a legal hold: Event.hold of events.proto. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>A hold was placed or released.</summary>
internal sealed record AuditHoldChange(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 6;

    public string Identity { get; init; } = string.Empty;

    public string Ledger { get; init; } = string.Empty;

    public string Id { get; init; } = string.Empty;

    public long First { get; init; }

    /// <summary>0: all from the first on, those to come included.</summary>
    public long Count { get; init; }

    public string Reason { get; init; } = string.Empty;

    public bool IsReleased { get; init; }

    /// <summary>When it was placed; 0 in entries of the first version, which do not say it.</summary>
    public long PlacedMicros { get; init; }

    protected override int Field => Number;

    public static AuditHoldChange Of(string ledger, HoldRecord hold) => new(Unsaid)
    {
        Identity = hold.PlacedBy,
        Ledger = ledger,
        Id = hold.Id,
        First = hold.First,
        Count = hold.Count,
        Reason = hold.Reason,
        PlacedMicros = hold.PlacedMicros,
    };

    /// <summary>The record of state.log that says the same.</summary>
    /// <param name="receivedMicros">When the entry was received.</param>
    public HoldRecord ToRecord(long receivedMicros) =>
        new(Id, First, Count, PlacedMicros > 0 ? PlacedMicros : receivedMicros, 0, Identity, Reason);

    protected override bool IsWhole => IsRange(First, Count);

    protected override AuditEvent With(in ProtoReader from) => from.Field switch
    {
        1 => this with { Identity = TextOf(from.Bytes) },
        2 => this with { Ledger = TextOf(from.Bytes) },
        3 => this with { Id = TextOf(from.Bytes) },
        4 => this with { First = (long)from.Number },
        5 => this with { Count = (long)from.Number },
        6 => this with { Reason = TextOf(from.Bytes) },
        7 => this with { IsReleased = from.Number != 0 },
        8 => this with { PlacedMicros = (long)from.Number },
        _ => this,
    };

    protected override void Write(ProtoWriter to)
    {
        to.Text(1, Identity);
        to.Text(2, Ledger);
        to.Text(3, Id);
        to.Number(4, First);
        to.Number(5, Count);
        to.Text(6, Reason);
        to.Flag(7, IsReleased);
        to.Number(8, PlacedMicros);
    }
}
