// What stands in the line of an entry that an intake wrote: the event as it was sent, a word about a part of one, or
// what is stored. A value of one thread.
using System.Text;
using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>The place of a payload.</summary>
/// <param name="Part">It is a part of an event, which another line shows whole.</param>
/// <param name="Unpacked">The event's record, as it would be if it had been small.</param>
/// <param name="Entries">The entries that it is from.</param>
internal readonly record struct IntakeLine(IntakePart? Part, byte[]? Unpacked, ulong[]? Entries)
{
    private static ReadOnlySpan<byte> TypeEnd => "; envelope=intake"u8;

    private static ReadOnlySpan<byte> PackedName => "\"gzip\""u8;

    /// <summary>The payload as it is.</summary>
    public static IntakeLine AsStored => default;

    public static bool IsOfIntake(ReadOnlySpan<byte> contentType) => contentType.EndsWith(TypeEnd);

    /// <summary>Whether an entry has to be looked at: what is not packed is shown as it is, but asked inside its
    /// envelope.</summary>
    public static bool MayNeed(in EntryView entry, SearchFilter? where) => IsOfIntake(entry.ContentType)
        && (where is not null || entry.Payload.IndexOf(PackedName) >= 0);

    public static IntakeLine Of(IntakeEvent whole) => whole.Record!.IsPacked
        ? new IntakeLine(null, whole.Record.ToJson(), [.. whole.Entries.Select(static entry => entry.Index)])
        : AsStored;

    /// <summary>A part; what is no envelope at all is shown as it is stored.</summary>
    public static IntakeLine OfPart(LedgerEntry entry) =>
        new(IntakeRecord.TryRead(entry.Payload.ToArray())?.Part, null, null);

    public static void WritePart(Utf8JsonWriter json, IntakePart part)
    {
        json.WriteStartObject("part");
        json.WriteString("of", part.Of);
        json.WriteNumber("index", part.Index);
        json.WriteNumber("count", part.Count);
        json.WriteEndObject();
    }

    public static void WriteIndexes(Utf8JsonWriter json, string name, ulong[] indexes)
    {
        json.WriteStartArray(name);
        foreach (ulong index in indexes)
        {
            json.WriteNumberValue(index);
        }

        json.WriteEndArray();
    }

    public ReadOnlySpan<byte> Payload(in EntryView entry) => Unpacked is null ? entry.Payload : Unpacked;

    /// <summary>The same for people.</summary>
    public ReadOnlySpan<byte> Text(in EntryView entry) => Part is null
        ? Payload(entry)
        : Encoding.UTF8.GetBytes($"(part {Part.Index + 1L} of {Part.Count} of an event, SHA-256 {Part.Of})");

    /// <summary>Says in an object that the payload is not what the entry's hash is of.</summary>
    public void WriteEntries(Utf8JsonWriter json)
    {
        if (Entries is not null)
        {
            WriteIndexes(json, "unpacked_from", Entries);
        }
    }
}
