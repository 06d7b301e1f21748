// The audit webhook of a Kubernetes API server: an EventList of audit.k8s.io/v1, of which each item is an event, byte
// for byte. An event is known by its audit id and its stage: a request has several stages.
// Pure functions.
using System.Text.Json;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class KubernetesEvents
{
    public static List<ParsedEvent> Parse(ReadOnlyMemory<byte> sent)
    {
        ReadOnlyMemory<byte> body = JsonScan.WithoutMark(sent);
        List<ParsedEvent> events = [];
        Utf8JsonReader reader = JsonScan.One(body.Span);
        int at = 0;
        string? problem;
        try
        {
            problem = JsonScan.Find(ref reader, "items"u8) && reader.TokenType == JsonTokenType.StartArray
                ? ReadItems(ref reader, body, ref at, events)
                : "no EventList with items";
        }
        catch (JsonException error)
        {
            problem = $"no JSON: {error.Message}";
        }

        // A list that is damaged behind its items: they are events, and all of it is kept beside them.
        if (problem is not null && !JsonScan.IsBlank(body.Span))
        {
            events.Add(ParsedEvent.Unreadable(body[at..], problem));
        }

        return events;
    }

    private static string? ReadItems(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, ref int at, List<ParsedEvent> events)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (events.Count >= IntakeLimits.EventsPerRequest)
            {
                return IntakeLimits.TooManyEvents;
            }

            ParsedEvent item = JsonScan.EventOf(JsonScan.Slice(ref reader, body));
            events.Add(item with { Id = IdOf(item.Body.Span) });
            at = (int)reader.BytesConsumed;
        }

        while (reader.Read())
        {
            // What follows the items says nothing, but it must be JSON.
        }

        return null;
    }

    private static string? IdOf(ReadOnlySpan<byte> item) =>
        JsonScan.Text(item, "auditID"u8) is { Length: > 0 } id ? $"{id}/{JsonScan.Text(item, "stage"u8)}" : null;
}
