// Reads the fields of a message that lies in pieces, without copying: values of bytes are slices of it.
// A value on the stack of one thread.

using System.Buffers;

namespace LedgerStore.Protocol.Wire;

internal ref struct SequenceFieldReader(in ReadOnlySequence<byte> message)
{
    private SequenceReader<byte> reader = new(message);

    /// <summary>Reads the next tag. False: the message is over.</summary>
    internal bool TryReadTag(out uint tag)
    {
        tag = 0;
        if (reader.End)
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
        for (int position = 0; position < WireFormat.VarintBytesMax; position++)
        {
            if (!reader.TryRead(out byte next))
            {
                break;
            }

            value |= (ulong)(next & 0x7f) << (7 * position);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw WireFormat.Malformed("a varint does not end");
    }

    internal ReadOnlySequence<byte> ReadBytes() => Take(ReadVarint());

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

    private ReadOnlySequence<byte> Take(ulong count)
    {
        if (count > (ulong)reader.Remaining)
        {
            throw WireFormat.Malformed($"a field of {count:N0} bytes where {reader.Remaining:N0} are left");
        }

        ReadOnlySequence<byte> taken = reader.UnreadSequence.Slice(0, (long)count);
        reader.Advance((long)count);
        return taken;
    }
}
