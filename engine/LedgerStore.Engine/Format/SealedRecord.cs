// The record SEALED of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.

using System.Runtime.InteropServices;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>A segment is complete and its file is final; a later record of the same segment replaces it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SealedRecord(
    long Segment, uint Generation, long FileBytes, long FirstMicros, long LastMicros, Hash256 Root)
{
    public const int EncodedBytes = 68;

    public void Encode(Span<byte> destination)
    {
        var writer = new RecordBodyWriter(destination);
        writer.WriteI64(Segment);
        writer.WriteU32(Generation);
        writer.WriteI64(FileBytes);
        writer.WriteI64(FirstMicros);
        writer.WriteI64(LastMicros);
        writer.WriteHash(Root);
    }

    public static SealedRecord Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        var record = new SealedRecord(
            reader.ReadI64(), reader.ReadU32(), reader.ReadI64(), reader.ReadI64(), reader.ReadI64(),
            reader.ReadHash());
        reader.End();
        FormatCheck.That(record.FirstMicros <= record.LastMicros, "a segment's times are out of order", 20);
        return record;
    }
}
