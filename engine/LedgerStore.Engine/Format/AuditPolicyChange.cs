// What an entry of `_audit` says of the policy of a server, as far as the engine compares it: Event.policy of
// events.proto. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>A policy was exchanged, or one was refused.</summary>
internal sealed record AuditPolicyChange(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 3;

    /// <summary>The SHA-256 of the text that was in force; empty: none was.</summary>
    public ReadOnlyMemory<byte> Before { get; init; }

    public ReadOnlyMemory<byte> After { get; init; }

    /// <summary>False: it was refused, and the one before stayed.</summary>
    public bool IsAccepted { get; init; }

    protected override int Field => Number;

    protected override AuditEvent With(in ProtoReader from) => from.Field switch
    {
        1 => this with { Before = from.Bytes.ToArray() },
        2 => this with { After = from.Bytes.ToArray() },
        4 => this with { IsAccepted = from.Number != 0 },
        _ => this,
    };

    protected override void Write(ProtoWriter to)
    {
        to.Bytes(1, Before.Span);
        to.Bytes(2, After.Span);
        to.Flag(4, IsAccepted);
    }
}
