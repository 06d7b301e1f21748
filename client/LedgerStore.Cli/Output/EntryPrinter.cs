// Entries as text, JSON lines or raw payloads, straight into the output's buffer. One thread.
using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LedgerStore.Client;
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

    /// <summary>Comma-separated values under a header.</summary>
    Csv,

    /// <summary>The payloads, each with a line feed behind it.</summary>
    Raw,
}

/// <summary>Prints entries.</summary>
/// <param name="output">Takes what was printed; called with much at a time.</param>
/// <param name="isTerminal">Then even a raw payload is escaped.</param>
internal sealed class EntryPrinter(
    EntryPrinter.Sink output, EntryFormat format, EntryColumns columns, bool isTerminal)
{
    private const int FlushBytes = 64 * 1024;

    private static readonly JsonWriterOptions s_jsonOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Takes bytes.</summary>
    internal delegate void Sink(ReadOnlySpan<byte> bytes);

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly ArrayBufferWriter<byte> _oneLine = new();
    private readonly IntakeParts _parts = new();
    private EntryCsv? _csv;

    /// <summary>For files: text is not cut, payloads are not escaped.</summary>
    public EntryPrinter(Stream output, EntryFormat format)
        : this(output.Write, format, new EntryColumns(width: 0, hasColour: false), isTerminal: false)
    {
    }

    public EntryFormat Format => format;

    /// <summary>Of which ledger the entries are; empty: the reader knows.</summary>
    public string Ledger { get; init; } = string.Empty;

    /// <summary>Shows the store's own events in words, and only these of them; null: entries as they are.</summary>
    public AuditFilter? Events { get; init; }

    /// <summary>Shows only entries that are part of this answer; null: all.</summary>
    public SearchFilter? Where { get; init; }

    /// <summary>Puts together what an intake packed, and is told what is wrong with it; null: entries are shown as they
    /// are stored.</summary>
    public Action<string>? Unpacking { get; init; }

    /// <summary>Shows only what had to be unpacked.</summary>
    public bool IsOfPackedOnly { get; init; }

    /// <summary>Onto the command's output.</summary>
    public static EntryPrinter Of(
        Run run,
        EntryFormat format,
        AuditFilter? events,
        SearchFilter? where,
        Action<string>? unpacking,
        string ledger) => new(
        run.Host.Out.Exact,
        format,
        new EntryColumns(run.Host.Columns, run.Host.HasColour),
        run.Host.IsOutputTerminal)
        {
            Events = events,
            Where = where,
            Unpacking = unpacking,
            Ledger = ledger,
        };

    public void Print(ulong index, ReadOnlySpan<byte> bytes)
    {
        Where?.See(index);
        EntryView entry = EntryView.Parse(bytes);
        if (Unpacking is null || !IntakeLine.MayNeed(entry, Where))
        {
            if (Where?.Takes(bytes) != false)
            {
                Print(index, entry, IntakeLine.AsStored);
            }

            return;
        }

        LedgerEntry held = new(index, bytes.ToArray());
        Show(_parts.Add(held), held);
    }

    /// <summary>Says what only the end makes sure, and writes everything.</summary>
    public void Finish()
    {
        Show(_parts.Finish(), held: null);
        Flush();
    }

    /// <param name="held">The entry that was read last; if it is not in an event that is whole now, it has a line of
    /// its own.</param>
    private void Show(IReadOnlyList<LedgerEvent> known, LedgerEntry? held)
    {
        LedgerEntry? alone = held;
        foreach (IntakeEvent next in known.Cast<IntakeEvent>())
        {
            LedgerEntry last = next.Entries[^1];
            if (next.Record is { } record)
            {
                alone = null;
                if (Where?.Takes(last.Bytes.Span, record) != false)
                {
                    Print(last.Index, EntryView.Parse(last.Bytes.Span), IntakeLine.Of(next));
                }

                continue;
            }

            TellProblem(next);
            if (Where is not null)
            {
                // It may be anything, so it is part of every answer.
                Where.TakeUnread(next.Entries.Count);
                alone = null;
                next.Entries.ToList().ForEach(PrintPart);
            }
        }

        if (alone is not null && Where is null)
        {
            PrintPart(alone);
        }
    }

    private void PrintPart(LedgerEntry entry) =>
        Print(entry.Index, EntryView.Parse(entry.Bytes.Span), IntakeLine.OfPart(entry));

    private void TellProblem(IntakeEvent broken)
    {
        ulong[] indexes = [.. broken.Entries.Select(static entry => entry.Index)];
        if (format == EntryFormat.Json)
        {
            PrintOther(JsonOutput.Line(json =>
            {
                json.WriteStartObject("not_whole");
                IntakeLine.WriteIndexes(json, "entries", indexes);
                json.WriteString("reason", broken.Problem);
                json.WriteEndObject();
            }));
            return;
        }

        Flush();
        Unpacking!((indexes.Length == 1 ? "entry " : "entries ") + string.Join(", ", indexes) + ": " + broken.Problem);
    }

    private void Print(ulong index, in EntryView entry, IntakeLine line)
    {
        if (IsOfPackedOnly && line.Unpacked is null)
        {
            return;
        }

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
            case EntryFormat.Raw when line.Part is not null:
                break;
            case EntryFormat.Raw:
                PrintRaw(line.Payload(entry));
                _buffer.Write("\n"u8);
                break;
            case EntryFormat.Table:
                columns.Print(_buffer, index, entry, line.Text(entry));
                break;
            case EntryFormat.Csv:
                (_csv ??= new EntryCsv(Ledger)).Print(
                    _buffer, index, entry, happened is null ? SafeText.Line(line.Text(entry)) : happened.Text());
                break;
            case EntryFormat.Json:
                PrintJson(index, entry, happened, line);
                _buffer.Write("\n"u8);
                break;
            default:
                PrintText(index, entry, line.Text(entry));
                break;
        }

        if (_buffer.WrittenCount > FlushBytes)
        {
            Flush();
        }
    }

    /// <summary>A JSON line that stands for something else than an entry.</summary>
    public void PrintOther(string line)
    {
        _buffer.Write(Encoding.UTF8.GetBytes(line));
        _buffer.Write("\n"u8);
    }

    public void Flush()
    {
        output(_buffer.WrittenSpan);
        _buffer.Clear();
    }

    public static string TimeOf(ulong micros) =>
        micros <= (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
            ? JsonOutput.Time(DateTimeOffset.UnixEpoch.AddTicks((long)micros * TimeSpan.TicksPerMicrosecond))
            : "never";

    /// <summary>Text, or, where the bytes are none, base64 under a name that says so.</summary>
    public static void WriteText(Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes)
    {
        if (SafeText.TryDecode(bytes) is { } text)
        {
            json.WriteString(name, text);
        }
        else
        {
            json.WriteBase64String(name + "_base64", bytes);
        }
    }

    private void PrintRaw(ReadOnlySpan<byte> payload)
    {
        if (isTerminal)
        {
            Encoding.UTF8.GetBytes(SafeText.Line(payload), _buffer);
        }
        else
        {
            _buffer.Write(payload);
        }
    }

    private void PrintText(ulong index, in EntryView entry, ReadOnlySpan<byte> record)
    {
        string appender = SafeText.Line(entry.Appender);
        Encoding.UTF8.GetBytes(
            $"{index}  {TimeOf(entry.ReceivedUnixMicros)}  {appender}  {SafeText.Line(record)}\n", _buffer);
    }

    private void PrintEvent(ulong index, in EntryView entry, StoreEvent happened)
    {
        if (format == EntryFormat.Table)
        {
            columns.Print(_buffer, index, entry.ReceivedUnixMicros, happened);
            return;
        }

        string who = happened.Who.Length == 0 ? "-" : SafeText.Line(happened.Who);
        Encoding.UTF8.GetBytes(
            $"{index}  {TimeOf(entry.ReceivedUnixMicros)}  {who}  {happened.Kind}  {happened.Text()}\n", _buffer);
    }

    private void PrintJson(ulong index, in EntryView entry, StoreEvent? happened, IntakeLine line)
    {
        _oneLine.Clear();
        using (Utf8JsonWriter json = new(_oneLine, s_jsonOptions))
        {
            json.WriteStartObject();
            if (Ledger.Length > 0)
            {
                json.WriteString("ledger", Ledger);
            }

            json.WriteNumber("index", index);
            json.WriteString("received", TimeOf(entry.ReceivedUnixMicros));
            WriteText(json, "appender", entry.Appender);
            if (!entry.Producer.IsEmpty)
            {
                WriteText(json, "producer", entry.Producer);
                json.WriteNumber("producer_sequence", entry.ProducerSequence);
            }

            WriteText(json, "content_type", entry.ContentType);
            if (line.Part is { } part)
            {
                IntakeLine.WritePart(json, part);
            }
            else if (happened is null)
            {
                bool isJson = entry.ContentType.EndsWith("json"u8)
                    || (Unpacking is not null && IntakeLine.IsOfIntake(entry.ContentType));
                WritePayload(json, line.Payload(entry), isJson);
                line.WriteEntries(json);
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

        SafeText.WriteJson(_buffer, _oneLine.WrittenSpan);
    }

    private static void WritePayload(Utf8JsonWriter json, ReadOnlySpan<byte> payload, bool isJson)
    {
        if (!isJson || !IsJsonOfOneLine(payload))
        {
            WriteText(json, "payload", payload);
            return;
        }

        json.WritePropertyName("payload");
        if (payload.Contains((byte)'\t'))
        {
            // Between tokens, or it would not be JSON: a blank means the same there, and needs no escape.
            byte[] blanks = payload.ToArray();
            blanks.AsSpan().Replace((byte)'\t', (byte)' ');
            json.WriteRawValue(blanks, skipInputValidation: true);
        }
        else
        {
            json.WriteRawValue(payload, skipInputValidation: true);
        }
    }

    private static bool IsJsonOfOneLine(ReadOnlySpan<byte> payload)
    {
        if (payload.ContainsAny((byte)'\n', (byte)'\r') || SafeText.TryDecode(payload) is null)
        {
            return false;
        }

        try
        {
            Utf8JsonReader reader = new(payload);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
