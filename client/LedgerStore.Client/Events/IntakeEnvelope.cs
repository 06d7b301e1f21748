// Writes the envelope that the intake puts around what a sender sent: the one place that has its order. The names are
// those of IntakeFields.
// Pure, but for the writing.

using System.Text.Encodings.Web;
using System.Text.Json;

namespace LedgerStore.Client;

internal static class IntakeEnvelope
{
    private static readonly JsonEncodedText s_intake = JsonEncodedText.Encode(IntakeFields.Intake);
    private static readonly JsonEncodedText s_source = JsonEncodedText.Encode(IntakeFields.Source);
    private static readonly JsonEncodedText s_sender = JsonEncodedText.Encode(IntakeFields.Sender);
    private static readonly JsonEncodedText s_address = JsonEncodedText.Encode(IntakeFields.Address);
    private static readonly JsonEncodedText s_received = JsonEncodedText.Encode(IntakeFields.Received);
    private static readonly JsonEncodedText s_event = JsonEncodedText.Encode(IntakeFields.Event);

    /// <summary>Only what JSON itself demands is escaped: records are read by people too.</summary>
    internal static JsonWriterOptions Options { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = IntakeFields.EventDepthMax + 1,
        SkipValidation = true,
    };

    /// <summary>Begins the object, with all that stands before the event.</summary>
    internal static void Begin(
        Utf8JsonWriter json, JsonEncodedText source, string sender, string address, DateTimeOffset received)
    {
        json.WriteStartObject();
        json.WriteNumber(s_intake, IntakeFields.Version);
        json.WriteString(s_source, source);
        json.WriteString(s_sender, sender);
        json.WriteString(s_address, address);
        json.WriteString(s_received, received.UtcDateTime);
    }

    /// <summary>What is there only where it says something.</summary>
    internal static void Optional(Utf8JsonWriter json, string? id, string? mark, string? opaque)
    {
        Optional(json, IntakeFields.Id, id);
        Optional(json, IntakeFields.Mark, mark);
        Optional(json, IntakeFields.Opaque, opaque);
    }

    /// <summary>The event, not packed.</summary>
    internal static void Event(Utf8JsonWriter json, IntakeForm form, ReadOnlySpan<byte> bytes)
    {
        switch (form)
        {
            case IntakeForm.Json:
                json.WritePropertyName(s_event);
                json.WriteRawValue(bytes, skipInputValidation: true);
                break;
            case IntakeForm.Text:
                json.WriteString(IntakeFields.Text, bytes);
                break;
            default:
                json.WriteBase64String(IntakeFields.Bytes, bytes);
                break;
        }
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
