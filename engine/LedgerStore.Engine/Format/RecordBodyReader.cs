// Reads the bodies of catalog and state.log records field by field. Strict: a body is used up exactly.
// A value on the stack of one codec call.

using System.Buffers.Binary;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>A body being read.</summary>
internal ref struct RecordBodyReader(ReadOnlySpan<byte> body)
{
    private readonly int _length = body.Length;
    private ReadOnlySpan<byte> _rest = body;

    public readonly int Offset => _length - _rest.Length;

    public readonly int BytesLeft => _rest.Length;

    public byte ReadU8() => Take(1)[0];

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
