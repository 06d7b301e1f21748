// The record FLUSHED of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.

using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Format;

/// <summary>The ledger is safe in its own files up to the size: the journal is needed for nothing before it.</summary>
/// <param name="OpenSegment">The segment that is open, and its file's generation.</param>
/// <param name="LastMicros">Time of the last entry before the size; 0 when there is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FlushedRecord(long Size, long OpenSegment, uint OpenGeneration, long LastMicros)
{
    public const int EncodedBytes = 28;

    public void Encode(Span<byte> destination)
    {
        var writer = new RecordBodyWriter(destination);
        writer.WriteI64(Size);
        writer.WriteI64(OpenSegment);
        writer.WriteU32(OpenGeneration);
        writer.WriteI64(LastMicros);
    }

    public static FlushedRecord Decode(ReadOnlySpan<byte> body)
    {
        var reader = new RecordBodyReader(body);
        var record = new FlushedRecord(reader.ReadI64(), reader.ReadI64(), reader.ReadU32(), reader.ReadI64());
        reader.End();
        return record;
    }
}
