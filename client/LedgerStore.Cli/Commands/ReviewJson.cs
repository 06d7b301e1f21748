// An access review for programs. Pure.
using System.Text.Json;
using LedgerStore.Policy;
using LedgerStore.Protocol.Events.V1;

namespace LedgerStore.Cli;

/// <summary>Writes a review.</summary>
internal static class ReviewJson
{
    /// <param name="use">What the server's record says; null: nobody asked it.</param>
    /// <param name="table">The SHA-256 of all rights as lines of text: what a sign-off names.</param>
    public static void Write(
        Utf8JsonWriter json, IReadOnlyList<LedgerRight> shown, LastUse? use, LedgerRight[] all, byte[] table)
    {
        json.WriteStartArray("rights");
        foreach (LedgerRight right in shown)
        {
            json.WriteStartObject();
            json.WriteString("ledger", right.Ledger);
            json.WriteString("identity", right.Identity);
            json.WriteString("capability", CapabilityNames.Of(right.Capability));
            json.WriteString("reason", right.Reason);
            json.WriteString("last_used", right.LastUsed is { } time ? JsonOutput.Time(time) : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (use is null)
        {
            return;
        }

        json.WriteNumber("unused", all.Count(PolicyReviewCommand.IsUnused));
        json.WriteString("table_sha256", Convert.ToHexStringLower(table));
        if (use.LastReview is { } last)
        {
            json.WriteStartObject("last_review");
            json.WriteString("time", JsonOutput.Time(last.Time));
            json.WriteString("identity", last.Review.Identity);
            json.WriteString("policy_sha256", Convert.ToHexStringLower(last.Review.PolicySha256.Span));
            json.WriteString("table_sha256", Convert.ToHexStringLower(last.Review.TableSha256.Span));
            json.WriteString("note", last.Review.Note);
            json.WriteEndObject();
        }

        json.WriteStartArray("changes");
        foreach ((DateTimeOffset when, PolicyChange change) in use.Changes)
        {
            json.WriteStartObject();
            json.WriteString("time", JsonOutput.Time(when));
            json.WriteString("policy_sha256", Convert.ToHexStringLower(change.Sha256After.Span));
            json.WriteString("difference", change.Difference);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
