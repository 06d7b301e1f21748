// What the store answered to one batch of a producer, kept so that a retry gets the same answer again.
// Values: any thread. The codec is used by the record PRODUCER of state.log.
//
//   0 u64 first sequence | 8 u32 count | 12 u64 first index | 20 i64 received micros | 28 fingerprint 16 B | 44

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Format;

/// <summary>The first answer to a batch, and the fingerprint that tells a retry from another batch.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BatchAnswer(
    long FirstSequence, int Count, long FirstIndex, long ReceivedMicros, UInt128 Fingerprint)
{
    public const int EncodedBytes = 44;

    public long LastSequence => FirstSequence + Count - 1;

    public void Encode(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, FirstSequence);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], Count);
        BinaryPrimitives.WriteInt64LittleEndian(destination[12..], FirstIndex);
        BinaryPrimitives.WriteInt64LittleEndian(destination[20..], ReceivedMicros);
        BinaryPrimitives.WriteUInt128LittleEndian(destination[28..], Fingerprint);
    }

    public static BatchAnswer Decode(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[12..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[20..]),
        BinaryPrimitives.ReadUInt128LittleEndian(source[28..]));
}
