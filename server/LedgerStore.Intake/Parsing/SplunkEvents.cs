// What speaks to Splunk's HTTP Event Collector: objects with "event", one after the other or in an array, stored whole;
// or raw lines. A line is an event without its line feed.
// Pure functions.
using LedgerStore.Client;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class SplunkEvents
{
    public static List<ParsedEvent> Parse(ReadOnlyMemory<byte> body)
    {
        List<ParsedEvent> events = JsonEvents.Parse(body, isLines: false);
        for (int i = 0; i < events.Count; i++)
        {
            ParsedEvent each = events[i];
            if (each.Opaque is null && each.Form == IntakeForm.Json && !HasEvent(each.Body.Span))
            {
                events[i] = each with { Opaque = "an object without \"event\"" };
            }
        }

        return events;
    }

    /// <summary>Each line of what was sent to be taken as it is.</summary>
    public static List<ParsedEvent> ParseRaw(ReadOnlyMemory<byte> body)
    {
        List<ParsedEvent> events = [];
        while (!body.IsEmpty && events.Count < IntakeLimits.EventsPerRequest)
        {
            int newline = body.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = newline < 0 ? body : body[..newline];
            body = newline < 0 ? default : body[(newline + 1)..];
            if (line.Length > 0 && line.Span[^1] == '\r')
            {
                line = line[..^1];
            }

            if (!line.IsEmpty)
            {
                events.Add(ParsedEvent.TextOrBytes(line));
            }
        }

        if (!body.IsEmpty)
        {
            events.Add(ParsedEvent.Unreadable(body, IntakeLimits.TooManyEvents));
        }

        return events;
    }

    private static bool HasEvent(ReadOnlySpan<byte> json)
    {
        System.Text.Json.Utf8JsonReader reader = JsonScan.One(json);
        return JsonScan.Find(ref reader, "event"u8);
    }
}
