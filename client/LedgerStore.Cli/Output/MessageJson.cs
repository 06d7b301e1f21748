// Messages of the protocol in the same JSON as everything else: proto3's own JSON makes strings of 64-bit numbers,
// which nobody's jq expects. Pure, but for the writing.
using System.Collections;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace LedgerStore.Cli;

/// <summary>Writes messages as JSON.</summary>
internal static class MessageJson
{
    /// <summary>The fields of a message, those with their default too, into an object that is open.</summary>
    public static void WriteFields(Utf8JsonWriter json, IMessage message)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            object? value = field.Accessor.GetValue(message);
            json.WritePropertyName(field.Name);
            if (field.IsRepeated)
            {
                json.WriteStartArray();
                foreach (object item in (IList)value!)
                {
                    Write(json, field, item);
                }

                json.WriteEndArray();
            }
            else
            {
                Write(json, field, value);
            }
        }
    }

    /// <summary>Writes a message as JSON if that was asked for, and otherwise what people are told.</summary>
    public static void Print(Run run, IMessage message, Action text)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json => WriteFields(json, message));
        }
        else
        {
            text();
        }
    }

    public static void Write(Utf8JsonWriter json, IMessage message)
    {
        json.WriteStartObject();
        WriteFields(json, message);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FieldDescriptor field, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case Timestamp time:
                json.WriteStringValue(JsonOutput.Time(time.ToDateTimeOffset()));
                break;
            case Duration duration:
                json.WriteNumberValue(duration.ToTimeSpan().TotalSeconds);
                break;
            case IMessage inner:
                Write(json, inner);
                break;
            case ByteString bytes:
                json.WriteBase64StringValue(bytes.Span);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case double real:
                json.WriteNumberValue(real);
                break;
            case uint or ulong or int or long:
                json.WriteNumberValue(Convert.ToDecimal(value));
                break;
            default:
                json.WriteStringValue(
                    field.EnumType?.FindValueByNumber(Convert.ToInt32(value))?.Name.ToLowerInvariant());
                break;
        }
    }
}
