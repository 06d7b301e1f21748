// Writes events into records: the envelope that says where an event came from, and the sender's bytes in it. What is
// too large for a record is compressed, and cut into parts if it still is. The names are IntakeFields'.
// One thread; it is kept for its buffers.
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LedgerStore.Client;

namespace LedgerStore.Intake.Records;

/// <param name="source">The source's name.</param>
internal sealed class EnvelopeWriter(string source)
{
    private static readonly JsonWriterOptions s_options = new()
    {
        // Only what JSON itself demands is escaped: records are read by people too.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = IntakeFields.EventDepthMax + 1,
        SkipValidation = true,
    };

    private static readonly JsonEncodedText s_intake = JsonEncodedText.Encode(IntakeFields.Intake);
    private static readonly JsonEncodedText s_source = JsonEncodedText.Encode(IntakeFields.Source);
    private static readonly JsonEncodedText s_sender = JsonEncodedText.Encode(IntakeFields.Sender);
    private static readonly JsonEncodedText s_address = JsonEncodedText.Encode(IntakeFields.Address);
    private static readonly JsonEncodedText s_received = JsonEncodedText.Encode(IntakeFields.Received);
    private static readonly JsonEncodedText s_event = JsonEncodedText.Encode(IntakeFields.Event);

    // What a record needs besides an event's bytes: only so much text is worth a try without compression.
    private const int PlainBytesMax = Appender.RecordBytesMax - 256;

    private readonly JsonEncodedText _source = JsonEncodedText.Encode(source);
    private readonly Utf8JsonWriter _json = new(Stream.Null, s_options);

    /// <summary>Adds an event to a batch as one record. If it is too large for that, nothing is added, and it is to be
    /// written part by part.</summary>
    public PackedEvent? Write(RecordBatch batch, Provenance from, in ParsedEvent what)
    {
        if (what.Body.Length <= PlainBytesMax)
        {
            WritePlain(batch, from, what);
            if (batch.OpenBytes <= Appender.RecordBytesMax)
            {
                batch.Seal();
                return null;
            }

            // Escaped, or with its envelope, it is too large after all.
            batch.TakeBack();
        }

        return PackedEvent.Pack(what);
    }

    /// <summary>Adds one part, or the whole if there is only one.</summary>
    public void WritePart(RecordBatch batch, Provenance from, PackedEvent packed, int index)
    {
        Begin(batch, from, packed.What);
        _json.WriteString(IntakeFields.Form, FormWord(packed.What.Form));
        if (packed.Count > 1)
        {
            _json.WriteStartObject(IntakeFields.Part);
            _json.WriteString(IntakeFields.PartOf, packed.Of);
            _json.WriteNumber(IntakeFields.PartIndex, index);
            _json.WriteNumber(IntakeFields.PartCount, packed.Count);
            _json.WriteEndObject();
        }

        _json.WriteBase64String(IntakeFields.Gzip, packed.Part(index));
        End();
        batch.Seal();
    }

    private void WritePlain(RecordBatch batch, Provenance from, in ParsedEvent what)
    {
        Begin(batch, from, what);
        switch (what.Form)
        {
            case IntakeForm.Json:
                _json.WritePropertyName(s_event);
                _json.WriteRawValue(what.Body.Span, skipInputValidation: true);
                break;
            case IntakeForm.Text:
                _json.WriteString(IntakeFields.Text, what.Body.Span);
                break;
            default:
                _json.WriteBase64String(IntakeFields.Bytes, what.Body.Span);
                break;
        }

        End();
    }

    private void Begin(RecordBatch batch, Provenance from, in ParsedEvent what)
    {
        _json.Reset(batch);
        _json.WriteStartObject();
        _json.WriteNumber(s_intake, IntakeFields.Version);
        _json.WriteString(s_source, _source);
        _json.WriteString(s_sender, Cut(from.Sender, IntakeLimits.SenderBytes));
        _json.WriteString(s_address, Cut(from.Address, IntakeLimits.SenderBytes));
        _json.WriteString(s_received, from.Received.UtcDateTime);
        if (what.Id is { } id)
        {
            _json.WriteString(IntakeFields.Id, Cut(id, IntakeLimits.IdBytes));
        }

        if (what.Mark is { } mark)
        {
            _json.WriteString(IntakeFields.Mark, mark);
        }

        if (what.Opaque is { } opaque)
        {
            _json.WriteString(IntakeFields.Opaque, Cut(opaque, IntakeLimits.SenderBytes));
        }
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
    }

    private static string FormWord(IntakeForm form) => form switch
    {
        IntakeForm.Json => IntakeFields.Event,
        IntakeForm.Text => IntakeFields.Text,
        _ => IntakeFields.Bytes,
    };

    // At a whole character: half of a pair is no text.
    private static string Cut(string text, int bytesMax)
    {
        if (text.Length <= bytesMax / 3 || Encoding.UTF8.GetByteCount(text) <= bytesMax)
        {
            return text;
        }

        int length = bytesMax / 3;
        return char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];
    }
}
