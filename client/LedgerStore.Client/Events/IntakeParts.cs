// Puts large events together again from the records that the intake cut them into.
// One thread; records come in the order of the ledger.

using System.Security.Cryptography;

namespace LedgerStore.Client;

/// <summary>Takes the records of a ledger one after the other, and gives whole events.</summary>
/// <remarks>
/// Parts of one event come in order; records of other events may lie between. What was begun and not finished is
/// dropped when too much of it is there: an intake that stopped between two parts had not acknowledged the event, and
/// its sender sent it again as a whole.
/// </remarks>
public sealed class IntakeParts
{
    // A part of 64,512 bytes carries at most 48,384 of an event; more parts than that are no event of an intake.
    private const int PartsMax = 4096;
    private const int EventsMax = 64;
    private const long BytesMax = 2L * IntakeFields.EventBytesMax;

    private readonly Dictionary<(string Source, string Of), List<ReadOnlyMemory<byte>>> _open = [];
    private long _bytes;

    /// <summary>The whole event, if this record is one or completes one; null: more parts are missing, or what came
    /// does not fit together.</summary>
    public IntakeRecord? Add(IntakeRecord record)
    {
        if (record.Part is not { } part)
        {
            return record;
        }

        if (part.Count is < 1 or > PartsMax || part.Index < 0 || part.Index >= part.Count)
        {
            return null;
        }

        if (_open.Count >= EventsMax || _bytes > BytesMax)
        {
            _open.Clear();
            _bytes = 0;
        }

        if (part.Index == 0)
        {
            _open[(record.Source, part.Of)] = [];
        }

        if (!_open.TryGetValue((record.Source, part.Of), out List<ReadOnlyMemory<byte>>? begun)
            || begun.Count != part.Index)
        {
            return null;
        }

        begun.Add(record.Bytes);
        _bytes += record.Bytes.Length;
        if (begun.Count < part.Count)
        {
            return null;
        }

        _open.Remove((record.Source, part.Of));
        _bytes -= begun.Sum(each => each.Length);
        return Whole(record, part, begun);
    }

    private static IntakeRecord? Whole(IntakeRecord last, IntakePart part, List<ReadOnlyMemory<byte>> parts)
    {
        byte[] packed = new byte[parts.Sum(each => each.Length)];
        int at = 0;
        foreach (ReadOnlyMemory<byte> each in parts)
        {
            each.Span.CopyTo(packed.AsSpan(at));
            at += each.Length;
        }

        try
        {
            byte[] bytes = IntakeRecord.Unpack(packed);
            return string.Equals(
                Convert.ToHexStringLower(SHA256.HashData(bytes)), part.Of, StringComparison.Ordinal)
                ? last.With(bytes)
                : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
