// What an entry of `_audit` says of a retention policy: Event.retention of events.proto. Entries of the first version
// have the policy as a text only. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>A ledger got a retention policy.</summary>
internal sealed record AuditRetentionChange(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 5;

    public string Identity { get; init; } = string.Empty;

    public string Ledger { get; init; } = string.Empty;

    public string Before { get; init; } = string.Empty;

    public string After { get; init; } = string.Empty;

    public string Reason { get; init; } = string.Empty;

    /// <summary>The policy as the catalog has it; empty in entries of the first version.</summary>
    public ReadOnlyMemory<byte> Policy { get; init; }

    /// <summary>What it was before, to take it back with; not in the entry.</summary>
    public ReadOnlyMemory<byte>? PolicyBefore { get; init; }

    protected override int Field => Number;

    public static AuditRetentionChange? TryRead(long auditIndex, ReadOnlySpan<byte> message)
    {
        AuditRetentionChange read = new(auditIndex);
        ProtoReader reader = new(message);
        while (reader.TryNext())
        {
            read = reader.Field switch
            {
                1 => read with { Identity = TextOf(reader.Bytes) },
                2 => read with { Ledger = TextOf(reader.Bytes) },
                3 => read with { Before = TextOf(reader.Bytes) },
                4 => read with { After = TextOf(reader.Bytes) },
                5 => read with { Reason = TextOf(reader.Bytes) },
                6 => read with { Policy = reader.Bytes.ToArray() },
                _ => read,
            };
        }

        return reader.IsBroken ? null : read;
    }

    protected override void Write(ProtoWriter to)
    {
        to.Text(1, Identity);
        to.Text(2, Ledger);
        to.Text(3, Before);
        to.Text(4, After);
        to.Text(5, Reason);
        to.Bytes(6, Policy.Span);
    }
}
