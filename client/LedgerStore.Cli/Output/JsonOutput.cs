// JSON for machines: snake_case names, numbers as numbers, times as RFC 3339. Pure, but for the writing.
using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LedgerStore.Cli;

/// <summary>Writes JSON.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions s_oneLine = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonWriterOptions s_pretty = s_oneLine with { Indented = true };

    /// <summary>An object in one line.</summary>
    public static string Line(Action<Utf8JsonWriter> fields) => Text(s_oneLine, fields);

    /// <summary>Writes an object for a person or a program to read.</summary>
    public static void Object(Run run, Action<Utf8JsonWriter> fields) => run.Text(Text(s_pretty, fields) + "\n");

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");

    private static string Text(JsonWriterOptions options, Action<Utf8JsonWriter> fields)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, options))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        return SafeText.Lines(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
