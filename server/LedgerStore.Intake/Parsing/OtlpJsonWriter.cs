// Messages of OTLP as JSON, as its specification maps them: names in camel case, 64-bit numbers as text, ids in
// hexadecimal digits, other bytes in base64, fields with their default left out.
// Pure, but for the writer.
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using LedgerStore.Intake.Otlp;

namespace LedgerStore.Intake.Parsing;

internal static class OtlpJsonWriter
{
    /// <summary>One log record, with what stands around it.</summary>
    public static void Write(Utf8JsonWriter json, ResourceLogs resource, ScopeLogs scope, LogRecord record)
    {
        if (resource.Resource is { } owner)
        {
            json.WriteStartObject("resource");
            Attributes(json, "attributes", owner.Attributes);
            Number(json, "droppedAttributesCount", owner.DroppedAttributesCount);
            json.WriteEndObject();
        }

        Text(json, "resourceSchemaUrl", resource.SchemaUrl);
        if (scope.Scope is { } library)
        {
            json.WriteStartObject("scope");
            Text(json, "name", library.Name);
            Text(json, "version", library.Version);
            Attributes(json, "attributes", library.Attributes);
            Number(json, "droppedAttributesCount", library.DroppedAttributesCount);
            json.WriteEndObject();
        }

        Text(json, "scopeSchemaUrl", scope.SchemaUrl);
        json.WriteStartObject("log");
        Write(json, record);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LogRecord record)
    {
        Large(json, "timeUnixNano", record.TimeUnixNano);
        Large(json, "observedTimeUnixNano", record.ObservedTimeUnixNano);
        if (record.SeverityNumber != 0)
        {
            json.WriteNumber("severityNumber", record.SeverityNumber);
        }

        Text(json, "severityText", record.SeverityText);
        Text(json, "eventName", record.EventName);
        if (record.Body is { } body)
        {
            json.WritePropertyName("body");
            Value(json, body);
        }

        Attributes(json, "attributes", record.Attributes);
        Number(json, "droppedAttributesCount", record.DroppedAttributesCount);
        Number(json, "flags", record.Flags);
        Hex(json, "traceId", record.TraceId);
        Hex(json, "spanId", record.SpanId);
    }

    private static void Attributes(Utf8JsonWriter json, string name, RepeatedField<KeyValue> attributes)
    {
        if (attributes.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (KeyValue each in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", each.Key);
            if (each.Value is { } value)
            {
                json.WritePropertyName("value");
                Value(json, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, AnyValue value)
    {
        json.WriteStartObject();
        switch (value.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                json.WriteString("stringValue", value.StringValue);
                break;
            case AnyValue.ValueOneofCase.BoolValue:
                json.WriteBoolean("boolValue", value.BoolValue);
                break;
            case AnyValue.ValueOneofCase.IntValue:
                json.WriteString("intValue", $"{value.IntValue}");
                break;
            case AnyValue.ValueOneofCase.DoubleValue when double.IsFinite(value.DoubleValue):
                json.WriteNumber("doubleValue", value.DoubleValue);
                break;
            case AnyValue.ValueOneofCase.DoubleValue:
                json.WriteString("doubleValue", $"{value.DoubleValue}");
                break;
            case AnyValue.ValueOneofCase.ArrayValue:
                json.WriteStartObject("arrayValue");
                json.WriteStartArray("values");
                foreach (AnyValue each in value.ArrayValue.Values)
                {
                    Value(json, each);
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case AnyValue.ValueOneofCase.KvlistValue:
                json.WriteStartObject("kvlistValue");
                Attributes(json, "values", value.KvlistValue.Values);
                json.WriteEndObject();
                break;
            case AnyValue.ValueOneofCase.BytesValue:
                json.WriteBase64String("bytesValue", value.BytesValue.Span);
                break;
            default:
                break;
        }

        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string text)
    {
        if (text.Length > 0)
        {
            json.WriteString(name, text);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, uint number)
    {
        if (number > 0)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Large(Utf8JsonWriter json, string name, ulong number)
    {
        if (number > 0)
        {
            json.WriteString(name, $"{number}");
        }
    }

    private static void Hex(Utf8JsonWriter json, string name, ByteString bytes)
    {
        if (!bytes.IsEmpty)
        {
            json.WriteString(name, Convert.ToHexStringLower(bytes.Span));
        }
    }
}
