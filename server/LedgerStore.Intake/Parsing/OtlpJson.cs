// OpenTelemetry logs in JSON: each log record, byte for byte, with its resource and its scope. A request with anything
// else in it is kept beside them as it came.
// Pure functions.
using System.Text;
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

        // White space around it is no part of a value, and no record could have it.
        body = body.Trim(" \t\r\n"u8);
        ConvertedEvents made = new(body.Length);
        bool isWhole = HasOnly(body.Span, ["resourceLogs"]);
        foreach (ReadOnlyMemory<byte> resource in Items(body, "resourceLogs"u8, ref isWhole))
        {
            isWhole &= HasOnly(resource.Span, [Resource, "scopeLogs", "schemaUrl"]);
            Around outer = new(FieldOf(resource, "resource"u8), FieldOf(resource, "schemaUrl"u8));
            foreach (ReadOnlyMemory<byte> scope in Items(resource, "scopeLogs"u8, ref isWhole))
            {
                isWhole &= HasOnly(scope.Span, ["scope", "logRecords", "schemaUrl"]);
                Around inner = new(FieldOf(scope, "scope"u8), FieldOf(scope, "schemaUrl"u8));
                foreach (ReadOnlyMemory<byte> record in Items(scope, "logRecords"u8, ref isWhole))
                {
                    if (made.Full is { } full)
                    {
                        ParsedEvent request = ParsedEvent.Unreadable(body, full);
                        return [.. made.Take(), request with { Mark = OtlpProtobuf.RequestMark }];
                    }

                    Write(made, outer, inner, record);
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

    private static void Write(ConvertedEvents made, Around resource, Around scope, ReadOnlyMemory<byte> record)
    {
        made.Json.WriteStartObject();
        Copy(made.Json, Resource, resource.Value);
        Copy(made.Json, "resourceSchemaUrl", resource.SchemaUrl);
        Copy(made.Json, "scope", scope.Value);
        Copy(made.Json, "scopeSchemaUrl", scope.SchemaUrl);
        made.Json.WritePropertyName("log");
        made.Json.WriteRawValue(record.Span, skipInputValidation: true);
        made.Json.WriteEndObject();
        made.Seal();
    }

    private static void Copy(Utf8JsonWriter json, string name, ReadOnlyMemory<byte>? value)
    {
        if (value is { } bytes)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(bytes.Span, skipInputValidation: true);
        }
    }

    private static ReadOnlyMemory<byte>? FieldOf(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> name)
    {
        Utf8JsonReader reader = JsonScan.One(json.Span);
        return JsonScan.Find(ref reader, name) ? JsonScan.Slice(ref reader, json) : default(ReadOnlyMemory<byte>?);
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
            while (at < names.Length && !JsonScan.Is(ref reader, Encoding.UTF8.GetBytes(names[at])))
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

    /// <summary>What records have around them. It is looked for once: it may stand behind all of them.</summary>
    private readonly record struct Around(ReadOnlyMemory<byte>? Value, ReadOnlyMemory<byte>? SchemaUrl);
}
