// JSON as slices of what was sent: where values begin and end, what a field says. Nothing is built, nothing is copied.
// Pure functions.
using System.Text.Json;
using System.Text.Unicode;
using LedgerStore.Client;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class JsonScan
{
    private static readonly JsonReaderOptions s_one = new() { MaxDepth = IntakeFields.EventDepthMax };
    private static readonly JsonReaderOptions s_many = new()
    {
        AllowMultipleValues = true,
        MaxDepth = IntakeFields.EventDepthMax,
    };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>A reader of one value.</summary>
    public static Utf8JsonReader One(ReadOnlySpan<byte> json) => new(json, s_one);

    /// <summary>A reader of values, one after the other.</summary>
    public static Utf8JsonReader Many(ReadOnlySpan<byte> json) => new(json, s_many);

    /// <summary>Without the mark that some tools put first.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;

    /// <summary>An event of a slice that a reader found well-formed. Its text may still be no UTF-8.</summary>
    public static ParsedEvent EventOf(ReadOnlyMemory<byte> slice) => Utf8.IsValid(slice.Span)
        ? new ParsedEvent(slice, IntakeForm.Json)
        : ParsedEvent.Unreadable(slice, "JSON with text that is no UTF-8");

    /// <summary>Whether all of it is white space, as JSON has it.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    /// <summary>The text of a field of an object's own level; null: there is none, or it is no text.</summary>
    public static string? Text(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        Utf8JsonReader reader = One(json);
        return Find(ref reader, name) && reader.TokenType == JsonTokenType.String ? TextOf(ref reader) : null;
    }

    /// <summary>Moves to the value of a field of an object's own level. What is not well-formed has none.</summary>
    public static bool Find(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isFound = Is(ref reader, name);
                if (!reader.Read() || isFound)
                {
                    return isFound;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Whoever asks has looked at the whole value, or will.
        }

        return false;
    }

    /// <summary>Whether the name that the reader stands on is this one. A name whose escapes are no text is none.
    /// </summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The bytes of the value that the reader stands on; it stands on the value's last token then.</summary>
    public static ReadOnlyMemory<byte> Slice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> of)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return of[start..(int)reader.BytesConsumed];
    }

    /// <summary>The text that the reader stands on; null: its escapes or bytes are none.</summary>
    public static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
