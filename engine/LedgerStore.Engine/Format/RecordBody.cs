// Reads and writes the bodies of catalog and state.log records field by field. Strict: a body is used up exactly.
// Values on the stack of one codec call.

using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>A body being read.</summary>
internal ref struct RecordBodyReader(ReadOnlySpan<byte> body)
{
    private readonly int _length = body.Length;
    private ReadOnlySpan<byte> _rest = body;

    public readonly int Offset => _length - _rest.Length;

    public readonly int BytesLeft => _rest.Length;

    public uint ReadU32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    /// <summary>A count, a size, an index or a time: never negative.</summary>
    public long ReadI64()
    {
        long value = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
        FormatCheck.That(value >= 0, "a number is out of range", Offset - sizeof(long));
        return value;
    }

    public Hash256 ReadHash() => new(Take(Hash256.Length));

    /// <summary>Bytes behind a u16 length.</summary>
    public ReadOnlySpan<byte> ReadBytes(int bytesMax)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));
        FormatCheck.That(length <= bytesMax, "a text is longer than its limit", Offset);
        return Take(length);
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        FormatCheck.That(count <= _rest.Length, "the record ends too early", _length);
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public readonly void End() => FormatCheck.That(_rest.IsEmpty, "the record goes on behind its end", Offset);
}

/// <summary>A body being written, into memory that is large enough.</summary>
internal ref struct RecordBodyWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

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
