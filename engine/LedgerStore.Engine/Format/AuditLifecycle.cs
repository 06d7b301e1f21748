// What an entry of `_audit` says of the store or server as a whole: Event.lifecycle of events.proto.
// Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>Something happened to all of it.</summary>
internal sealed record AuditLifecycle(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 10;

    /// <summary>An operator had the store sign although its anchor was missing.</summary>
    public const string AnchorMissing = "anchor missing";

    public string Change { get; init; } = string.Empty;

    public string Version { get; init; } = string.Empty;

    public string Detail { get; init; } = string.Empty;

    protected override int Field => Number;

    public static AuditLifecycle? TryRead(long auditIndex, ReadOnlySpan<byte> message)
    {
        AuditLifecycle read = new(auditIndex);
        ProtoReader reader = new(message);
        while (reader.TryNext())
        {
            read = reader.Field switch
            {
                1 => read with { Change = TextOf(reader.Bytes) },
                2 => read with { Version = TextOf(reader.Bytes) },
                3 => read with { Detail = TextOf(reader.Bytes) },
                _ => read,
            };
        }

        return reader.IsBroken ? null : read;
    }

    protected override void Write(ProtoWriter to)
    {
        to.Text(1, Change);
        to.Text(2, Version);
        to.Text(3, Detail);
    }
}
