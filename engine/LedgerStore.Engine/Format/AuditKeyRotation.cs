// What an entry of `_audit` says of a rotation of the signing key: Event.key of events.proto.
// Immutable, pure codec: any thread.
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>The store went over to another key.</summary>
internal sealed record AuditKeyRotation(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 8;

    public string Identity { get; init; } = string.Empty;

    public string VkeyBefore { get; init; } = string.Empty;

    public string VkeyAfter { get; init; } = string.Empty;

    /// <summary>The statement of <c>_audit</c>, which both keys signed.</summary>
    public ReadOnlyMemory<byte> Statement { get; init; }

    /// <summary>The new key's number in the key log.</summary>
    public uint Key { get; init; }

    /// <summary>How it signs; empty in entries of the first version, which say neither this nor the number.</summary>
    public string Scheme { get; init; } = string.Empty;

    protected override int Field => Number;

    /// <summary>The scheme of a key in words.</summary>
    public static string TextOf(KeyScheme scheme) => scheme == KeyScheme.Derived ? "derived" : "shared";

    protected override AuditEvent With(in ProtoReader from) => from.Field switch
    {
        1 => this with { Identity = TextOf(from.Bytes) },
        2 => this with { VkeyBefore = TextOf(from.Bytes) },
        3 => this with { VkeyAfter = TextOf(from.Bytes) },
        4 => this with { Statement = from.Bytes.ToArray() },
        5 => this with { Key = (uint)from.Number },
        6 => this with { Scheme = TextOf(from.Bytes) },
        _ => this,
    };

    protected override void Write(ProtoWriter to)
    {
        to.Text(1, Identity);
        to.Text(2, VkeyBefore);
        to.Text(3, VkeyAfter);
        to.Bytes(4, Statement.Span);
        to.Number(5, Key);
        to.Text(6, Scheme);
    }
}
