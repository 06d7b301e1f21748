// What an entry of `_audit` says of a ledger's life: Event.ledger of events.proto. Entries of the first version name
// neither id nor origin: what they say of these is nothing. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>A ledger was created, frozen, or found in a store that was made before this was recorded.</summary>
internal sealed record AuditLedgerChange(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 4;

    public const string Created = "created";
    public const string CreatedSalted = "created, salted";
    public const string Frozen = "frozen";

    /// <summary>It was there before creations were recorded with all that belongs to them.</summary>
    public const string Adopted = "adopted";

    /// <summary>It was said that it is created, and there was no space to do so.</summary>
    public const string NotCreated = "not created";

    /// <summary>It was said that it is frozen, and there was no space to do so.</summary>
    public const string NotFrozen = "not frozen";

    public string Identity { get; init; } = string.Empty;

    public string Ledger { get; init; } = string.Empty;

    public string Change { get; init; } = string.Empty;

    public string Reason { get; init; } = string.Empty;

    public uint LedgerId { get; init; }

    /// <summary>Empty: an entry of the first version, which does not say id, origin and time.</summary>
    public string Origin { get; init; } = string.Empty;

    public bool IsSalted { get; init; }

    /// <summary>When it was created or frozen.</summary>
    public long Micros { get; init; }

    /// <summary>Of a ledger that has the statements of an index: the spec of its fields, whole.</summary>
    public string Fields { get; init; } = string.Empty;

    public bool IsCreation => Change is Created or CreatedSalted or Adopted;

    protected override int Field => Number;

    public static AuditLedgerChange Of(CreatedRecord created, string change, string identity) => new(Unsaid)
    {
        Identity = identity,
        Ledger = created.Name,
        Change = change,
        LedgerId = created.LedgerId,
        Origin = created.Origin,
        IsSalted = created.IsSalted,
        Micros = created.CreatedMicros,
    };

    protected override AuditEvent With(in ProtoReader from) => from.Field switch
    {
        1 => this with { Identity = TextOf(from.Bytes) },
        2 => this with { Ledger = TextOf(from.Bytes) },
        3 => this with { Change = TextOf(from.Bytes) },
        4 => this with { Reason = TextOf(from.Bytes) },
        5 => this with { LedgerId = (uint)from.Number },
        6 => this with { Origin = TextOf(from.Bytes) },
        7 => this with { IsSalted = from.Number != 0 },
        8 => this with { Micros = (long)from.Number },
        9 => this with { Fields = TextOf(from.Bytes) },
        _ => this,
    };

    protected override void Write(ProtoWriter to)
    {
        to.Text(1, Identity);
        to.Text(2, Ledger);
        to.Text(3, Change);
        to.Text(4, Reason);
        to.Number(5, LedgerId);
        to.Text(6, Origin);
        to.Flag(7, IsSalted);
        to.Number(8, Micros);
        to.Text(9, Fields);
    }
}
