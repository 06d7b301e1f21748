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

    protected override AuditEvent With(in ProtoReader from) => from.Field switch
    {
        1 => this with { Change = TextOf(from.Bytes) },
        2 => this with { Version = TextOf(from.Bytes) },
        3 => this with { Detail = TextOf(from.Bytes) },
        _ => this,
    };

    protected override void Write(ProtoWriter to)
    {
        to.Text(1, Change);
        to.Text(2, Version);
        to.Text(3, Detail);
    }
}
