// Entries as text, JSON lines or raw payloads, straight into the output's buffer. One thread.
using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>How entries are shown.</summary>
internal enum EntryFormat
{
    /// <summary>Index, time, appender, payload.</summary>
    Text,

    /// <summary>The same in columns, each entry cut to a line of the terminal.</summary>
    Table,

    /// <summary>One object to a line.</summary>
    Json,

    /// <summary>The payloads, each with a line feed behind it.</summary>
    Raw,
}

/// <summary>Prints entries.</summary>
internal sealed class EntryPrinter(Stream output, EntryFormat format, EntryColumns columns)
{
    private const int FlushBytes = 64 * 1024;

    private static readonly JsonWriterOptions JsonOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> buffer = new();

    public EntryPrinter(Stream output, EntryFormat format)
        : this(output, format, new EntryColumns(width: 0, hasColour: false))
    {
    }

    public EntryFormat Format => format;

    /// <summary>Shows the store's own events in words, and only these of them; null: entries as they are.</summary>
    public AuditFilter? Events { get; init; }

    public void Print(ulong index, ReadOnlySpan<byte> bytes)
    {
        EntryView entry = EntryView.Parse(bytes);
        StoreEvent? happened = Events is null ? null : StoreEvent.Of(entry);
        if (Events is { } choice && !(happened is null ? choice.IsEverything : choice.Takes(happened)))
        {
            return;
        }

        switch (format)
        {
            case EntryFormat.Text or EntryFormat.Table when happened is not null:
                PrintEvent(index, entry, happened);
                break;
            case EntryFormat.Raw:
                buffer.Write(entry.Payload);
                buffer.Write("\n"u8);
                break;
            case EntryFormat.Table:
                columns.Print(buffer, index, entry);
                break;
            case EntryFormat.Json:
                PrintJson(index, entry, happened);
                buffer.Write("\n"u8);
                break;
            default:
                PrintText(index, entry);
                break;
        }

        if (buffer.WrittenCount > FlushBytes)
        {
            Flush();
        }
    }

    /// <summary>A JSON line that stands for something else than an entry.</summary>
    public void PrintOther(string line)
    {
        buffer.Write(Encoding.UTF8.GetBytes(line));
        buffer.Write("\n"u8);
    }

    public void Flush()
    {
        output.Write(buffer.WrittenSpan);
        output.Flush();
        buffer.Clear();
    }

    public static string TimeOf(ulong micros) =>
        micros <= (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
            ? JsonOutput.Time(DateTimeOffset.UnixEpoch.AddTicks((long)micros * TimeSpan.TicksPerMicrosecond))
            : "never";

    // Control characters of a payload must not drive a terminal.
    public static string Shown(ReadOnlySpan<byte> payload)
    {
        StringBuilder text = new(payload.Length);
        foreach (Rune rune in Encoding.UTF8.GetString(payload).EnumerateRunes())
        {
            text.Append(Rune.IsControl(rune) ? $"\\u{rune.Value:x4}" : rune.ToString());
        }

        return text.ToString();
    }

    private void PrintText(ulong index, in EntryView entry)
    {
        string appender = Encoding.UTF8.GetString(entry.Appender);
        buffer.Write(Encoding.UTF8.GetBytes(
            $"{index}  {TimeOf(entry.ReceivedUnixMicros)}  {appender}  {Shown(entry.Payload)}\n"));
    }

    private void PrintEvent(ulong index, in EntryView entry, StoreEvent happened)
    {
        if (format == EntryFormat.Table)
        {
            columns.Print(buffer, index, entry.ReceivedUnixMicros, happened);
            return;
        }

        string who = happened.Who.Length == 0 ? "-" : Shown(Encoding.UTF8.GetBytes(happened.Who));
        buffer.Write(Encoding.UTF8.GetBytes(
            $"{index}  {TimeOf(entry.ReceivedUnixMicros)}  {who}  {happened.Kind}  {happened.Text()}\n"));
    }

    private void PrintJson(ulong index, in EntryView entry, StoreEvent? happened)
    {
        using Utf8JsonWriter json = new(buffer, JsonOptions);
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteString("received", TimeOf(entry.ReceivedUnixMicros));
        json.WriteString("appender", entry.Appender);
        if (!entry.Producer.IsEmpty)
        {
            json.WriteString("producer", entry.Producer);
            json.WriteNumber("producer_sequence", entry.ProducerSequence);
        }

        json.WriteString("content_type", entry.ContentType);
        if (happened is null)
        {
            WritePayload(json, entry.Payload, entry.ContentType.EndsWith("json"u8));
        }
        else
        {
            json.WriteString("text", happened.Text());
            json.WriteStartObject("event");
            json.WritePropertyName(happened.Kind);
            MessageJson.Write(json, happened.Body);
            json.WriteEndObject();
            json.WriteBase64String("payload_base64", entry.Payload);
        }

        json.WriteEndObject();
    }

    private static void WritePayload(Utf8JsonWriter json, ReadOnlySpan<byte> payload, bool isJson)
    {
        if (isJson && IsJson(payload))
        {
            json.WritePropertyName("payload");
            json.WriteRawValue(payload, skipInputValidation: true);
            return;
        }

        try
        {
            json.WriteString("payload", Strict.GetString(payload));
        }
        catch (DecoderFallbackException)
        {
            json.WriteBase64String("payload_base64", payload);
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> payload)
    {
        try
        {
            Utf8JsonReader reader = new(payload);
            while (reader.Read())
            {
            }

            return !payload.Contains((byte)'\n');
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
