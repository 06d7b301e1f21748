// Writes the bodies of catalog and state.log records field by field. The memory is large enough: sizes are known.
// A value on the stack of one codec call.

using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>A body being written, into memory that is large enough.</summary>
internal ref struct RecordBodyWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public void WriteU8(byte value) => Take(1)[0] = value;

    public void WriteU32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    public void WriteI64(long value)
    {
        Invariant.That(value >= 0, "a number in a record is not negative");
        BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), value);
    }

    public void WriteHash(Hash256 hash) => Hash256.BytesOf(ref hash).CopyTo(Take(Hash256.Length));

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Take(sizeof(ushort)), checked((ushort)bytes.Length));
        bytes.CopyTo(Take(bytes.Length));
    }

    public Span<byte> Take(int count)
    {
        Span<byte> taken = _destination.Slice(Length, count);
        Length += count;
        return taken;
    }
}
