// The record HOLD of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.

using System.Text;

namespace LedgerStore.Engine.Format;

/// <summary>Entries that must not expire, or, when it is released, that this does not keep any more.</summary>
/// <param name="Count">0: all from the first on, those to come included.</param>
/// <param name="ReleasedMicros">0 while it is in force.</param>
internal sealed record HoldRecord(
    string Id, long First, long Count, long PlacedMicros, long ReleasedMicros, string PlacedBy, string Reason)
{
    public const int TextBytesMax = 1024;

    public bool IsReleased => ReleasedMicros != 0;

    public long End => Count == 0 ? long.MaxValue : First + Count;

    public bool Covers(long first, long end) => first < End && end > First;

    public byte[] Encode()
    {
        byte[] id = Encoding.UTF8.GetBytes(Id);
        byte[] by = Encoding.UTF8.GetBytes(PlacedBy);
        byte[] reason = Encoding.UTF8.GetBytes(Reason);
        byte[] body = new byte[32 + 6 + id.Length + by.Length + reason.Length];
        RecordBodyWriter writer = new(body);
        writer.WriteBytes(id);
        writer.WriteI64(First);
        writer.WriteI64(Count);
        writer.WriteI64(PlacedMicros);
        writer.WriteI64(ReleasedMicros);
        writer.WriteBytes(by);
        writer.WriteBytes(reason);
        return body;
    }

    public static HoldRecord Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        string id = Text(ref reader);
        HoldRecord record = new(
            id,
            reader.ReadI64(),
            reader.ReadI64(),
            reader.ReadI64(),
            reader.ReadI64(),
            Text(ref reader),
            Text(ref reader));
        reader.End();
        FormatCheck.That(record.First <= long.MaxValue - record.Count, "a hold beyond all entries", 0);
        return record;
    }

    private static string Text(ref RecordBodyReader reader) =>
        Encoding.UTF8.GetString(reader.ReadBytes(TextBytesMax));
}
