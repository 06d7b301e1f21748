// An event of the store's own ledger `_audit` as people read it: who, what, and whether it was refused. Events that a
// newer server has are shown by the names of their fields. Pure.
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>A decoded event.</summary>
/// <param name="Kind">The event's name: access, denials, policy, ...</param>
/// <param name="Body">Its message.</param>
internal sealed record StoreEvent(string Kind, IMessage Body)
{
    private const int HashDigits = 12;

    /// <summary>Who did it; empty: the store itself, or somebody without a certificate.</summary>
    public string Who => TextOf("identity");

    public string Ledger => TextOf("ledger");

    public string Call => TextOf("call");

    public bool IsDenied => Body is Denials;

    /// <summary>Reads an entry that the store itself made; null for others, and for bytes that are no event.</summary>
    /// <remarks>The first version named no appender where entries expired.</remarks>
    public static StoreEvent? Of(in EntryView entry) =>
        (entry.Appender.IsEmpty || entry.Appender.SequenceEqual("ledgerstore"u8)) && entry.ContentType.SequenceEqual(
            "application/x-ledgerstore-event"u8)
            ? Parse(entry.Payload)
            : null;

    /// <summary>One line about it; nothing in it drives a terminal.</summary>
    public string Text() => SafeText.Line(Body switch
    {
        Access access => TextOf(access),
        Denials denied => $"DENIED {Short(denied.Call)} {denied.Ledger}: {denied.Reason}{Times(denied.Count)}"
            + By(denied.Person) + From(denied.Peer),
        PolicyChange policy => TextOf(policy),
        LedgerChange change => $"ledger {change.Ledger}: {change.Change}{Because(change.Reason)}",
        RetentionChange change => $"retention of {change.Ledger}: {Line(change.Before)} -> {Line(change.After)}"
            + Because(change.Reason),
        HoldChange hold => $"hold {hold.Id} {(hold.Released ? "released" : "placed")} on {hold.Ledger}, "
            + Range(hold.FirstIndex, hold.Count) + Because(hold.Reason),
        Tombstone gone => $"{Range(gone.FirstIndex, gone.Count)} of {gone.Ledger} expired by {gone.Policy}"
            + Because(gone.Reason),
        KeyRotation key => $"signing key: {key.VkeyBefore} -> {key.VkeyAfter}",
        Finding finding => $"DAMAGE in {finding.Ledger}, {Range(finding.FirstIndex, finding.Count)}: "
            + $"{finding.Evidence} ({finding.File}, byte {finding.Offset})",
        AccessReview review => "access review of "
            + (review.About.Count > 0 ? string.Join(", ", review.About) : "all ledgers")
            + $": {review.Rights} rights, {review.Unused} without a use on record" + Because(review.Note),
        Lifecycle life => Join(life.Change, life.Version, life.Detail),
        _ => TextOf(Body),
    });

    private static StoreEvent? Parse(ReadOnlySpan<byte> payload)
    {
        Event parsed;
        try
        {
            parsed = Event.Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }

        FieldDescriptor? which = Event.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(parsed);
        return which?.Accessor.GetValue(parsed) is IMessage body ? new StoreEvent(which.Name, body) : null;
    }

    private static string TextOf(Access access)
    {
        StringBuilder text = new(Join(Short(access.Call), access.Ledger));
        if (access.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", {Range(access.FirstIndex, access.Count)}");
        }

        if (access.Clauses.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", {string.Join(' ', access.Clauses.Select(Line))}");
        }

        if (access.Status.Length > 0 && access.Status != "OK")
        {
            text.Append(CultureInfo.InvariantCulture, $", {access.Status}");
        }

        return text.Append(Times(access.RepeatedCalls)).Append(By(access.Person)).Append(From(access.Peer))
            .ToString();
    }

    private static string TextOf(PolicyChange policy)
    {
        string when = policy.WhileDown ? " while the server was down" : string.Empty;
        string hash = policy.Sha256After.Length == 0
            ? string.Empty
            : $" {Convert.ToHexStringLower(policy.Sha256After.Span)[..HashDigits]}";
        return $"policy{hash} {(policy.Accepted ? "accepted" : "REFUSED")}{when}{Because(policy.Reason)}"
            + Because(Line(policy.Difference));
    }

    // An event that this version has no words for.
    private static string TextOf(IMessage body)
    {
        StringBuilder text = new(body.Descriptor.Name);
        foreach (FieldDescriptor field in body.Descriptor.Fields.InDeclarationOrder())
        {
            object? value = field.Accessor.GetValue(body);
            text.Append(CultureInfo.InvariantCulture, $" {field.Name}=").Append(value switch
            {
                ByteString bytes => Convert.ToHexStringLower(bytes.Span),
                null => string.Empty,
                _ => Convert.ToString(value, CultureInfo.InvariantCulture),
            });
        }

        return text.ToString();
    }

    private string TextOf(string field) =>
        Body.Descriptor.FindFieldByName(field)?.Accessor.GetValue(Body) as string ?? string.Empty;

    // ledgerstore.v1.Reader/Read is Read to people, and a tile keeps its path.
    private static string Short(string call) =>
        call.StartsWith("ledgerstore.", StringComparison.Ordinal) ? call[(call.IndexOf('/') + 1)..] : call;

    private static string Range(ulong first, ulong count) => count == 1
        ? $"entry {first}"
        : $"entries {first} to {first + Math.Max(1, count) - 1}";

    private static string Times(ulong count) => count > 1 ? $", {count} times" : string.Empty;

    // Who signed in at the server's page; the identity may stand for a group.
    private static string By(string person) => person.Length > 0 ? $" by {person}" : string.Empty;

    private static string From(string peer) => peer.Length > 0 ? $" from {peer}" : string.Empty;

    private static string Because(string reason) => reason.Length > 0 ? $": {reason}" : string.Empty;

    private static string Line(string text) => text.TrimEnd('\n').Replace("\n", "; ", StringComparison.Ordinal);

    private static string Join(params string[] words) => string.Join(' ', words.Where(word => word.Length > 0));
}
