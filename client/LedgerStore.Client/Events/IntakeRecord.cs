// What the intake stored of one event: who sent it, and the sender's own bytes.
// Immutable; any thread.

using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace LedgerStore.Client;

/// <summary>What the bytes of an event are.</summary>
public enum IntakeForm
{
    /// <summary>A JSON value, byte for byte as it was sent.</summary>
    Json,

    /// <summary>Text in UTF-8.</summary>
    Text,

    /// <summary>Anything else.</summary>
    Bytes,
}

/// <summary>A record that the intake wrote. One that is a part of a large event goes to <see cref="IntakeParts"/>.
/// </summary>
public sealed class IntakeRecord
{
    private IntakeRecord()
    {
    }

    /// <summary>The source in the configuration of the intake.</summary>
    public string Source { get; private init; } = string.Empty;

    /// <summary>Who sent it, as the intake authenticated it.</summary>
    public string Sender { get; private init; } = string.Empty;

    /// <summary>The address it came from; empty where there is none.</summary>
    public string Address { get; private init; } = string.Empty;

    /// <summary>When the intake received it, as the intake's clock says.</summary>
    public DateTimeOffset Received { get; private init; }

    /// <summary>The event's own id, by which duplicates are known; null: it has none.</summary>
    public string? Id { get; private init; }

    /// <summary>What is worth knowing about the form it came in, such as <c>rfc3164</c>; null: nothing.</summary>
    public string? Mark { get; private init; }

    /// <summary>Why the intake could not read it, and stored it as it came; null: it could.</summary>
    public string? Opaque { get; private init; }

    /// <summary>What <see cref="Bytes"/> are.</summary>
    public IntakeForm Form { get; private init; }

    /// <summary>The sender's bytes; of a part, the part's bytes, still compressed.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    /// <summary>Which part of a large event it is; null: it is a whole one.</summary>
    public IntakePart? Part { get; private init; }

    /// <summary>Whether the ledger has it compressed, in one entry or in several.</summary>
    public bool IsPacked { get; private init; }

    /// <summary>The record in a payload; null if it is none, or damaged.</summary>
    public static IntakeRecord? TryRead(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty(IntakeFields.Intake, out JsonElement version)
                && version.ValueKind == JsonValueKind.Number
                && version.TryGetInt32(out int number) && number == IntakeFields.Version
                    ? Read(root)
                    : null;
        }
        catch (Exception error) when (error
            is JsonException or FormatException or InvalidOperationException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The record in JSON as it would be if it had been small: with the event in it as it was sent.</summary>
    public byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new(Bytes.Length + 512);
        using (Utf8JsonWriter json = new(buffer, IntakeEnvelope.Options))
        {
            IntakeEnvelope.Begin(json, JsonEncodedText.Encode(Source), Sender, Address, Received);
            IntakeEnvelope.Optional(json, Id, Mark, Opaque);
            IntakeEnvelope.Event(json, Form, Bytes.Span);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Whether an entry says of itself that an intake wrote it.</summary>
    internal static bool IsOfIntake(LedgerEntry entry) =>
        entry.ContentType.EndsWith(IntakeFields.ContentTypeEnd, StringComparison.Ordinal);

    /// <summary>Whether another part has the same around its bytes.</summary>
    internal bool HasEnvelopeOf(IntakeRecord other) =>
        (Source, Sender, Address, Received, Id, Mark, Opaque, Form)
        == (other.Source, other.Sender, other.Address, other.Received, other.Id, other.Mark, other.Opaque, other.Form);

    /// <summary>The same record with the bytes of all parts.</summary>
    internal IntakeRecord With(ReadOnlyMemory<byte> bytes) => new()
    {
        Source = Source,
        Sender = Sender,
        Address = Address,
        Received = Received,
        Id = Id,
        Mark = Mark,
        Opaque = Opaque,
        Form = Form,
        Bytes = bytes,
        IsPacked = true,
    };

    /// <exception cref="InvalidDataException">It is no gzip, or larger than an event can be.</exception>
    internal static byte[] Unpack(byte[] gzip)
    {
        using GZipStream source = new(new MemoryStream(gzip), CompressionMode.Decompress);
        using MemoryStream target = new();
        byte[] piece = new byte[16 * 1024];
        while (source.Read(piece) is var read and > 0)
        {
            if (target.Length + read > IntakeFields.EventBytesMax)
            {
                throw new InvalidDataException($"an event unpacks to more than {IntakeFields.EventBytesMax:N0} bytes");
            }

            target.Write(piece.AsSpan(0, read));
        }

        return GzipEnd.IsOf(gzip, target.Length)
            ? target.ToArray()
            : throw new InvalidDataException("the end of the compressed event is missing");
    }

    private static IntakeRecord? Read(JsonElement root)
    {
        IntakePart? part = root.TryGetProperty(IntakeFields.Part, out JsonElement cut) ? PartOf(cut) : null;
        if (Content(root, part is not null) is not (IntakeForm form, byte[] bytes, bool isPacked))
        {
            return null;
        }

        return new IntakeRecord
        {
            Source = TextOf(root, IntakeFields.Source) ?? string.Empty,
            Sender = TextOf(root, IntakeFields.Sender) ?? string.Empty,
            Address = TextOf(root, IntakeFields.Address) ?? string.Empty,
            Received = root.GetProperty(IntakeFields.Received).GetDateTimeOffset(),
            Id = TextOf(root, IntakeFields.Id),
            Mark = TextOf(root, IntakeFields.Mark),
            Opaque = TextOf(root, IntakeFields.Opaque),
            Form = form,
            Bytes = bytes,
            Part = part,
            IsPacked = isPacked,
        };
    }

    private static (IntakeForm Form, byte[] Bytes, bool IsPacked)? Content(JsonElement root, bool isPart)
    {
        if (root.TryGetProperty(IntakeFields.Event, out JsonElement json))
        {
            return (IntakeForm.Json, Encoding.UTF8.GetBytes(json.GetRawText()), false);
        }

        if (TextOf(root, IntakeFields.Text) is { } text)
        {
            return (IntakeForm.Text, Encoding.UTF8.GetBytes(text), false);
        }

        if (root.TryGetProperty(IntakeFields.Bytes, out JsonElement binary))
        {
            return (IntakeForm.Bytes, binary.GetBytesFromBase64(), false);
        }

        if (!root.TryGetProperty(IntakeFields.Gzip, out JsonElement packed)
            || FormOf(TextOf(root, IntakeFields.Form)) is not { } form)
        {
            return null;
        }

        byte[] bytes = packed.GetBytesFromBase64();
        if (isPart)
        {
            return (form, bytes, true);
        }

        byte[] unpacked = Unpack(bytes);
        return form != IntakeForm.Json || IsOneValue(unpacked) ? (form, unpacked, true) : null;
    }

    /// <summary>Whether the bytes are one JSON value: what is put where an event belongs adds nothing beside it.
    /// </summary>
    internal static bool IsOneValue(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = IntakeFields.EventDepthMax + 1 });
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

    private static IntakePart PartOf(JsonElement part) => new(
        part.GetProperty(IntakeFields.PartOf).GetString() ?? string.Empty,
        part.GetProperty(IntakeFields.PartIndex).GetInt32(),
        part.GetProperty(IntakeFields.PartCount).GetInt32());

    private static IntakeForm? FormOf(string? word) => word switch
    {
        IntakeFields.Event => IntakeForm.Json,
        IntakeFields.Text => IntakeForm.Text,
        IntakeFields.Bytes => IntakeForm.Bytes,
        _ => null,
    };

    private static string? TextOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

/// <summary>Which part of a large event a record is.</summary>
/// <param name="Of">SHA-256 of the whole event, in hexadecimal digits.</param>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Count">How many there are.</param>
public sealed record IntakePart(string Of, int Index, int Count);
