// Writes events into records: the envelope that says where an event came from, and the sender's bytes in it. What is
// too large for a record is compressed, and cut into parts if it still is. The names are IntakeFields'.
// One thread; it is kept for its buffers.
using System.Text;
using System.Text.Json;
using LedgerStore.Client;

namespace LedgerStore.Intake.Records;

/// <param name="source">The source's name.</param>
internal sealed class EnvelopeWriter(string source)
{
    // What a record needs besides an event's bytes: only so much text is worth a try without compression.
    private const int PlainBytesMax = Appender.RecordBytesMax - 256;

    private readonly JsonEncodedText _source = JsonEncodedText.Encode(source);
    private readonly Utf8JsonWriter _json = new(Stream.Null, IntakeEnvelope.Options);

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
        IntakeEnvelope.Event(_json, what.Form, what.Body.Span);
        End();
    }

    private void Begin(RecordBatch batch, Provenance from, in ParsedEvent what)
    {
        _json.Reset(batch);
        IntakeEnvelope.Begin(
            _json,
            _source,
            Cut(from.Sender, IntakeLimits.SenderBytes),
            Cut(from.Address, IntakeLimits.SenderBytes),
            from.Received);
        IntakeEnvelope.Optional(
            _json,
            what.Id is { } id ? Cut(id, IntakeLimits.IdBytes) : null,
            what.Mark,
            what.Opaque is { } opaque ? Cut(opaque, IntakeLimits.SenderBytes) : null);
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
