// The record CHECKPOINT of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.

using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>A checkpoint that was published.</summary>
/// <param name="Note">The signed note, as it was published.</param>
internal sealed record CheckpointRecord(long Size, Hash256 Root, byte[] Note)
{
    public const int NoteBytesMax = 64 * 1024;

    public byte[] Encode()
    {
        byte[] body = new byte[sizeof(long) + Hash256.Length + Note.Length];
        var writer = new RecordBodyWriter(body);
        writer.WriteI64(Size);
        writer.WriteHash(Root);
        Note.CopyTo(writer.Take(Note.Length));
        return body;
    }

    public static CheckpointRecord Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        long size = reader.ReadI64();
        Hash256 root = reader.ReadHash();
        FormatCheck.That(reader.BytesLeft <= NoteBytesMax, "a note is longer than its limit", reader.Offset);
        return new CheckpointRecord(size, root, reader.Take(reader.BytesLeft).ToArray());
    }
}
