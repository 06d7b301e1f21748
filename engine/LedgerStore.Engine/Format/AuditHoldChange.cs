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

    public static AuditHoldChange? TryRead(long auditIndex, ReadOnlySpan<byte> message)
    {
        AuditHoldChange read = new(auditIndex);
        ProtoReader reader = new(message);
        while (reader.TryNext())
        {
            read = reader.Field switch
            {
                1 => read with { Identity = TextOf(reader.Bytes) },
                2 => read with { Ledger = TextOf(reader.Bytes) },
                3 => read with { Id = TextOf(reader.Bytes) },
                4 => read with { First = (long)reader.Number },
                5 => read with { Count = (long)reader.Number },
                6 => read with { Reason = TextOf(reader.Bytes) },
                7 => read with { IsReleased = reader.Number != 0 },
                8 => read with { PlacedMicros = (long)reader.Number },
                _ => read,
            };
        }

        return !reader.IsBroken && IsRange(read.First, read.Count) ? read : null;
    }

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
