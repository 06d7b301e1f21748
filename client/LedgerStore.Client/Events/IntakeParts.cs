// Puts large events together again from the entries that the intake cut them into.
// One thread; entries come in the order of the ledger.

using System.Security.Cryptography;

namespace LedgerStore.Client;

/// <summary>Takes the entries of a ledger one after the other, and gives whole events.</summary>
/// <remarks>
/// Parts of one event come from one appender and one producer, with the same envelope: nobody else can finish,
/// change or disturb what an intake began. They come in order; entries of other events may lie between. What was begun
/// and not finished is said, when its place is taken or at the end: an intake that stopped between two parts had not
/// acknowledged the event, and its sender sent it again as a whole.
/// </remarks>
public sealed class IntakeParts
{
    // A part of 64,512 bytes carries at most 48,384 of an event; more parts than that are no event of an intake.
    private const int PartsMax = 4096;
    private const int EventsMax = 64;
    private const long BytesMax = 2L * IntakeFields.EventBytesMax;

    // From the oldest on.
    private readonly OrderedDictionary<PartsKey, Begun> _open = [];
    private long _bytes;

    /// <summary>What is known with this entry: the entry itself if no intake wrote it; a whole event; events that will
    /// never be whole. Nothing, while parts are missing that may follow.</summary>
    public IReadOnlyList<LedgerEvent> Add(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!IntakeRecord.IsOfIntake(entry))
        {
            return [entry];
        }

        return IntakeRecord.TryRead(entry.Payload.ToArray()) is not { } record
            ? [new IntakeEvent([entry], record: null, "its content type says that an intake wrote it, and it is no "
                + "envelope of one, or is damaged")]
            : record.Part is { } part ? Add(entry, record, part)
            : [new IntakeEvent([entry], record, problem: null)];
    }

    /// <summary>The first entry of the oldest event that is begun and not whole; null: there is none.</summary>
    internal ulong? FirstOpen => _open.Count == 0 ? null : _open.Values.Min(static begun => begun.Entries[0].Index);

    /// <summary>What was begun and will not be finished, because there are no more entries.</summary>
    public IReadOnlyList<IntakeEvent> Finish() =>
        [.. _open.Keys.ToArray().Select(key => GiveUp(key, "the others are not in what was read"))];

    private List<LedgerEvent> Add(LedgerEntry entry, IntakeRecord record, IntakePart part)
    {
        List<LedgerEvent> known = [];
        if (part.Count is < 2 or > PartsMax || part.Index < 0 || part.Index >= part.Count)
        {
            known.Add(Broken([entry], $"it says that it is part {part.Index} of {part.Count}"));
            return known;
        }

        PartsKey key = new(entry.Appender, entry.Producer, record.Source, part.Of, part.Count);
        if (part.Index == 0)
        {
            // The intake ended in the middle of the event, and began again when its sender sent it again.
            if (_open.ContainsKey(key))
            {
                known.Add(GiveUp(key, "it begins again behind them"));
            }

            _open.Add(key, new Begun());
        }

        if (!_open.TryGetValue(key, out Begun? begun) || begun.Entries.Count != part.Index)
        {
            known.Add(Broken(
                [entry],
                $"it is part {part.Index + 1} of {part.Count} of an event, and the part before it is not in what was "
                + "read"));
            return known;
        }

        if (begun.First is { } first && !first.HasEnvelopeOf(record))
        {
            // What is begun stays as it is: another sender's part is not one of it.
            known.Add(Broken(
                [entry],
                $"it is part {part.Index + 1} of {part.Count} of an event whose first part has another sender"));
            return known;
        }

        begun.First ??= record;

        begun.Entries.Add(entry);
        begun.Bytes.Add(record.Bytes);
        _bytes += record.Bytes.Length;
        if (begun.Entries.Count == part.Count)
        {
            Forget(key, begun);
            known.Add(Whole(record, part, begun));
        }

        while (_open.Count > EventsMax || _bytes > BytesMax)
        {
            known.Add(GiveUp(_open.GetAt(0).Key, "too many other events lie between them"));
        }

        return known;
    }

    private IntakeEvent GiveUp(PartsKey key, string why)
    {
        Begun begun = _open[key];
        Forget(key, begun);
        return Broken(begun.Entries, $"only the first {begun.Entries.Count} of {key.Count} parts of an event: {why}");
    }

    private void Forget(PartsKey key, Begun begun)
    {
        _open.Remove(key);
        _bytes -= begun.Bytes.Sum(each => (long)each.Length);
    }

    private static IntakeEvent Whole(IntakeRecord last, IntakePart part, Begun begun)
    {
        byte[] packed = new byte[begun.Bytes.Sum(each => each.Length)];
        int at = 0;
        foreach (ReadOnlyMemory<byte> each in begun.Bytes)
        {
            each.Span.CopyTo(packed.AsSpan(at));
            at += each.Length;
        }

        try
        {
            byte[] bytes = IntakeRecord.Unpack(packed);
            if (last.Form == IntakeForm.Json && !IntakeRecord.IsOneValue(bytes))
            {
                return Broken(begun.Entries, "these parts say that they are JSON, and are not one value");
            }

            return Convert.ToHexStringLower(SHA256.HashData(bytes)) == part.Of
                ? new IntakeEvent(begun.Entries, last.With(bytes), problem: null)
                : Broken(begun.Entries, "these parts are of another event than the SHA-256 in them says");
        }
        catch (InvalidDataException error)
        {
            return Broken(begun.Entries, $"these parts do not fit together: {error.Message}");
        }
    }

    private static IntakeEvent Broken(IReadOnlyList<LedgerEntry> entries, string problem) =>
        new(entries, record: null, problem);

    private readonly record struct PartsKey(string Appender, string Producer, string Source, string Of, int Count);

    private sealed class Begun
    {
        public IntakeRecord? First { get; set; }

        public List<LedgerEntry> Entries { get; } = [];

        public List<ReadOnlyMemory<byte>> Bytes { get; } = [];
    }
}
