// OpenTelemetry logs in JSON: each log record, byte for byte, with its resource and its scope. A request with anything
// else in it is kept beside them as it came.
// Pure functions.
using System.Text.Json;
using System.Text.Unicode;
using LedgerStore.Client;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class OtlpJson
{
    private const string Resource = "resource";

    public static List<ParsedEvent> Parse(ReadOnlyMemory<byte> sent)
    {
        ReadOnlyMemory<byte> body = JsonScan.WithoutMark(sent);
        if (JsonScan.IsBlank(body.Span))
        {
            return [];
        }

        if (Problem(body.Span) is { } problem)
        {
            return [ParsedEvent.Unreadable(body, problem)];
        }

        ConvertedEvents made = new(body.Length);
        bool isWhole = HasOnly(body.Span, ["resourceLogs"]);
        foreach (ReadOnlyMemory<byte> resource in Items(body, "resourceLogs"u8, ref isWhole))
        {
            isWhole &= HasOnly(resource.Span, [Resource, "scopeLogs", "schemaUrl"]);
            foreach (ReadOnlyMemory<byte> scope in Items(resource, "scopeLogs"u8, ref isWhole))
            {
                isWhole &= HasOnly(scope.Span, ["scope", "logRecords", "schemaUrl"]);
                foreach (ReadOnlyMemory<byte> record in Items(scope, "logRecords"u8, ref isWhole))
                {
                    if (made.Full is { } full)
                    {
                        ParsedEvent request = ParsedEvent.Unreadable(body, full);
                        return [.. made.Take(), request with { Mark = OtlpProtobuf.RequestMark }];
                    }

                    Write(made, resource, scope, record);
                }
            }
        }

        List<ParsedEvent> events = made.Take();
        if (!isWhole)
        {
            events.Add(new ParsedEvent(body, IntakeForm.Json) { Mark = OtlpProtobuf.RequestMark });
        }

        return events;
    }

    private static void Write(
        ConvertedEvents made, ReadOnlyMemory<byte> resource, ReadOnlyMemory<byte> scope, ReadOnlyMemory<byte> record)
    {
        made.Json.WriteStartObject();
        Copy(made.Json, Resource, resource, "resource"u8);
        Copy(made.Json, "resourceSchemaUrl", resource, "schemaUrl"u8);
        Copy(made.Json, "scope", scope, "scope"u8);
        Copy(made.Json, "scopeSchemaUrl", scope, "schemaUrl"u8);
        made.Json.WritePropertyName("log");
        made.Json.WriteRawValue(record.Span, skipInputValidation: true);
        made.Json.WriteEndObject();
        made.Seal();
    }

    private static void Copy(Utf8JsonWriter json, string name, ReadOnlyMemory<byte> from, ReadOnlySpan<byte> field)
    {
        Utf8JsonReader reader = JsonScan.One(from.Span);
        if (JsonScan.Find(ref reader, field))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(JsonScan.Slice(ref reader, from).Span, skipInputValidation: true);
        }
    }

    /// <summary>The items of a field that is an array; a field that is something else is not whole.</summary>
    private static List<ReadOnlyMemory<byte>> Items(
        ReadOnlyMemory<byte> json, ReadOnlySpan<byte> name, ref bool isWhole)
    {
        List<ReadOnlyMemory<byte>> items = [];
        Utf8JsonReader reader = JsonScan.One(json.Span);
        if (!JsonScan.Find(ref reader, name))
        {
            return items;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            isWhole = false;
            return items;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(JsonScan.Slice(ref reader, json));
        }

        return items;
    }

    /// <summary>An object of these fields, each at most once.</summary>
    private static bool HasOnly(ReadOnlySpan<byte> json, ReadOnlySpan<string> names)
    {
        Utf8JsonReader reader = JsonScan.One(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        int seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int at = 0;
            while (at < names.Length && !reader.ValueTextEquals(names[at]))
            {
                at++;
            }

            if (at == names.Length || (seen & (1 << at)) != 0)
            {
                return false;
            }

            seen |= 1 << at;
            reader.Read();
            reader.Skip();
        }

        return true;
    }

    private static string? Problem(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            return "no OTLP: text that is no UTF-8";
        }

        Utf8JsonReader reader = JsonScan.One(body);
        try
        {
            while (reader.Read())
            {
                // Well-formed to its end, or not at all: what is cut out below need not be looked at again.
            }

            return null;
        }
        catch (JsonException error)
        {
            return $"no OTLP: {error.Message}";
        }
    }
}
