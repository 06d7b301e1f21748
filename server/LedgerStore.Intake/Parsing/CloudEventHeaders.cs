// A CloudEvent in the binary mode of HTTP: attributes are headers, the body is the data. It becomes the same event in
// the format of JSON, as the specification maps one to the other.
// Pure functions.
using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class CloudEventHeaders
{
    private const string Prefix = "ce-";
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly SearchValues<char> s_nameLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>Whether headers hold an event.</summary>
    public static bool Are(IEnumerable<KeyValuePair<string, string>> headers) =>
        headers.Any(header => header.Key.Equals("ce-specversion", StringComparison.OrdinalIgnoreCase));

    /// <summary>The event of headers and a body.</summary>
    public static ParsedEvent Parse(
        IEnumerable<KeyValuePair<string, string>> headers, string? contentType, ReadOnlyMemory<byte> body)
    {
        SortedDictionary<string, string> attributes = new(StringComparer.Ordinal);
        foreach ((string name, string value) in headers)
        {
            string attribute = name.ToLowerInvariant();
            attribute = attribute.StartsWith(Prefix, StringComparison.Ordinal) ? attribute[Prefix.Length..] : "";
            bool isName = attribute.Length is > 0 and <= 64 && !attribute.AsSpan().ContainsAnyExcept(s_nameLetters)
                && attribute is not ("data" or "datacontenttype");
            if (isName)
            {
                attributes[attribute] = Unescape(value);
            }
        }

        ArrayBufferWriter<byte> buffer = new(body.Length + 512);
        using (Utf8JsonWriter json = new(buffer, s_options))
        {
            json.WriteStartObject();
            foreach ((string name, string value) in attributes)
            {
                json.WriteString(name, value);
            }

            WriteData(json, contentType, body);
            json.WriteEndObject();
        }

        return Named(new ParsedEvent(buffer.WrittenMemory, IntakeForm.Json));
    }

    /// <summary>The same event with its id, if it has what an event must have; else with what is missing.</summary>
    public static ParsedEvent Named(ParsedEvent what)
    {
        ReadOnlySpan<byte> json = what.Body.Span;
        string? id = JsonScan.Text(json, "id"u8), source = JsonScan.Text(json, "source"u8);
        bool isWhole = id is { Length: > 0 } && source is { Length: > 0 }
            && JsonScan.Text(json, "specversion"u8) is { Length: > 0 }
            && JsonScan.Text(json, "type"u8) is { Length: > 0 };
        return what with
        {
            Id = id is { Length: > 0 } && source is { Length: > 0 } ? $"{source}#{id}" : null,
            Opaque = what.Opaque ?? (isWhole ? null : "a CloudEvent needs id, source, specversion and type"),
        };
    }

    private static void WriteData(Utf8JsonWriter json, string? contentType, ReadOnlyMemory<byte> body)
    {
        if (contentType is { Length: > 0 })
        {
            json.WriteString("datacontenttype", contentType);
        }

        if (body.IsEmpty)
        {
            return;
        }

        List<ParsedEvent> values = IsJson(contentType) ? JsonEvents.Parse(body, isLines: true) : [];
        if (values is [{ Opaque: null } value])
        {
            json.WritePropertyName("data");
            json.WriteRawValue(value.Body.Span, skipInputValidation: true);
        }
        else if (contentType?.StartsWith("text/", StringComparison.OrdinalIgnoreCase) == true
            && System.Text.Unicode.Utf8.IsValid(body.Span))
        {
            json.WriteString("data", body.Span);
        }
        else
        {
            json.WriteBase64String("data_base64", body.Span);
        }
    }

    private static bool IsJson(string? contentType)
    {
        string type = (contentType ?? string.Empty).Split(';')[0].Trim();
        return type.EndsWith("/json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    // Values of headers are percent-encoded (HTTP binding, 3.1.3.2); what is not well-formed stays as it is.
    private static string Unescape(string value)
    {
        string text = value.Length > 1 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;
        return text.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(text) : text;
    }
}
