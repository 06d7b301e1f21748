// Any JSON: one value, an array of events, or values one after the other, with or without lines. Each event is a slice
// of the body, and every byte of the body that is not between events is in one.
// Pure functions.
using System.Text.Json;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class JsonEvents
{
    private const byte Newline = (byte)'\n';

    /// <param name="isLines">Each line stands for itself: one that is damaged takes no other with it.</param>
    public static List<ParsedEvent> Parse(ReadOnlyMemory<byte> sent, bool isLines)
    {
        ReadOnlyMemory<byte> body = JsonScan.WithoutMark(sent);
        List<ParsedEvent> events = [];
        int at = 0;
        while (at < body.Length)
        {
            string? problem = ReadValues(body, ref at, events, isArrayOpen: !isLines);
            if (problem is null)
            {
                break;
            }

            int line = isLines && events.Count < IntakeLimits.EventsPerRequest
                ? body.Span[at..].IndexOf(Newline)
                : -1;
            int end = line < 0 ? body.Length : at + line + 1;
            AddUnreadable(events, body[at..end], problem);
            at = end;
        }

        return events;
    }

    /// <summary>Reads on from a place, up to the end or the first thing that is no JSON: then the place is where that
    /// begins, and the answer says what is wrong.</summary>
    private static string? ReadValues(
        ReadOnlyMemory<byte> body, ref int at, List<ParsedEvent> events, bool isArrayOpen)
    {
        int origin = at;
        Utf8JsonReader reader = JsonScan.Many(body.Span[origin..]);
        bool isInArray = false;
        try
        {
            while (reader.Read())
            {
                if (events.Count >= IntakeLimits.EventsPerRequest)
                {
                    at = origin + (int)reader.TokenStartIndex;
                    return IntakeLimits.TooManyEvents;
                }

                if (reader.TokenType is JsonTokenType.StartArray && isArrayOpen && !isInArray)
                {
                    isInArray = true;
                }
                else if (reader.TokenType is JsonTokenType.EndArray)
                {
                    isInArray = false;
                }
                else
                {
                    at = origin + (int)reader.TokenStartIndex;
                    events.Add(JsonScan.EventOf(JsonScan.Slice(ref reader, body[origin..])));
                }

                at = origin + (int)reader.BytesConsumed;
            }

            return null;
        }
        catch (JsonException error)
        {
            return $"no JSON: {error.Message}";
        }
    }

    private static void AddUnreadable(List<ParsedEvent> events, ReadOnlyMemory<byte> rest, string problem)
    {
        if (!JsonScan.IsBlank(rest.Span))
        {
            events.Add(ParsedEvent.Unreadable(rest, problem));
        }
    }
}
