// Reads the fields of a message that lies in one piece.
// A value on the stack of one thread.

using System.Buffers.Binary;

namespace LedgerStore.Protocol.Wire;

internal ref struct SpanFieldReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The bytes that were not read yet.</summary>
    internal readonly int RestBytes => _rest.Length;

    /// <summary>Reads the next tag. False: the message is over.</summary>
    internal bool TryReadTag(out uint tag)
    {
        tag = 0;
        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong value = ReadVarint();
        if (value > uint.MaxValue || value >> 3 == 0)
        {
            throw WireFormat.Malformed("a field has no legal number");
        }

        tag = (uint)value;
        return true;
    }

    internal ulong ReadVarint()
    {
        ulong value = 0;
        for (int position = 0; position < _rest.Length && position < WireFormat.VarintBytesMax; position++)
        {
            byte next = _rest[position];
            value |= (ulong)(next & 0x7f) << (7 * position);
            if (next < 0x80)
            {
                _rest = _rest[(position + 1)..];
                return value;
            }
        }

        throw WireFormat.Malformed("a varint does not end");
    }

    internal ulong ReadFixed64()
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
        return value;
    }

    internal ReadOnlySpan<byte> ReadBytes() => Take(ReadVarint());

    /// <summary>The same as a part of the memory in which the message lies.</summary>
    internal ReadOnlyMemory<byte> ReadBytes(ReadOnlyMemory<byte> message)
    {
        int length = ReadBytes().Length;
        return message[^(_rest.Length + length)..^_rest.Length];
    }

    /// <summary>Skips the value of a field that is not known, or not with this wire type.</summary>
    internal void Skip(uint tag)
    {
        switch (tag & 7)
        {
            case WireFormat.Varint:
                ReadVarint();
                break;
            case WireFormat.Fixed64:
                Take(sizeof(ulong));
                break;
            case WireFormat.LengthDelimited:
                ReadBytes();
                break;
            case WireFormat.Fixed32:
                Take(sizeof(uint));
                break;
            default:
                throw WireFormat.Malformed($"field {tag >> 3} has the unsupported wire type {tag & 7}");
        }
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw WireFormat.Malformed($"a field of {count:N0} bytes where {_rest.Length:N0} are left");
        }

        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
