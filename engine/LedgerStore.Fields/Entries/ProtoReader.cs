// Reads the fields of a protobuf message: the engine and this project know no protocol library, and need little of one.
// A value on the caller's stack.

namespace LedgerStore.Fields;

/// <summary>Takes one field after the other. What is behind a broken field is not looked at.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The field that was taken last.</summary>
    public int Field { get; private set; }

    /// <summary>Its number, if it is one.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its bytes, if it has any.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>What was read is no message.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes the next field.</summary>
    /// <returns>False at the end, and where the message is broken.</returns>
    public bool TryNext()
    {
        if (_rest.IsEmpty || IsBroken)
        {
            return false;
        }

        Number = 0;
        Bytes = default;
        IsBroken = !TryVarint(out ulong tag) || tag >> 3 is 0 or > int.MaxValue || !TryValue((int)(tag & 7));
        Field = (int)(tag >> 3);
        return !IsBroken;
    }

    private bool TryValue(int wireType) => wireType switch
    {
        ProtoWriter.Varint => TryNumber(),
        ProtoWriter.Fixed64 => TryBytes(sizeof(ulong)),
        ProtoWriter.LengthPrefixed => TryVarint(out ulong length) && TryBytes(length),
        ProtoWriter.Fixed32 => TryBytes(sizeof(uint)),
        _ => false,
    };

    private bool TryNumber()
    {
        bool isNumber = TryVarint(out ulong number);
        Number = number;
        return isNumber;
    }

    private bool TryBytes(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            return false;
        }

        Bytes = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < Math.Min(_rest.Length, 10); i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
