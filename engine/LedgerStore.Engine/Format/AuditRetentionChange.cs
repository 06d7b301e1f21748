// What an entry of `_audit` says of a retention policy: Event.retention of events.proto. Entries of the first version
// have the policy as a text only. Immutable, pure codec: any thread.

using System.Globalization;

namespace LedgerStore.Engine.Format;

/// <summary>A ledger got a retention policy.</summary>
internal sealed record AuditRetentionChange(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 5;

    private const string FloorName = " floor=";

    public string Identity { get; init; } = string.Empty;

    public string Ledger { get; init; } = string.Empty;

    public string Before { get; init; } = string.Empty;

    public string After { get; init; } = string.Empty;

    public string Reason { get; init; } = string.Empty;

    /// <summary>The policy as the catalog has it; empty in entries of the first version.</summary>
    public ReadOnlyMemory<byte> Policy { get; init; }

    /// <summary>What it was before, to take it back with; not in the entry.</summary>
    public ReadOnlyMemory<byte>? PolicyBefore { get; init; }

    /// <summary>The floor of the policy. Entries of the first version have it as a text only.</summary>
    public TimeSpan Floor
    {
        get
        {
            int at = After.IndexOf(FloorName, StringComparison.Ordinal);
            string text = at < 0 ? string.Empty : After[(at + FloorName.Length)..].Split(' ')[0];
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan floor)
                ? floor
                : TimeSpan.Zero;
        }
    }

    protected override int Field => Number;

    protected override AuditEvent With(in ProtoReader from) => from.Field switch
    {
        1 => this with { Identity = TextOf(from.Bytes) },
        2 => this with { Ledger = TextOf(from.Bytes) },
        3 => this with { Before = TextOf(from.Bytes) },
        4 => this with { After = TextOf(from.Bytes) },
        5 => this with { Reason = TextOf(from.Bytes) },
        6 => this with { Policy = from.Bytes.ToArray() },
        _ => this,
    };

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
