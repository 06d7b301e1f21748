// Writes the fields of a protobuf message as proto3 has them: what is empty or zero is left out.
// Owned by one caller.

using System.Buffers;
using System.Text;

namespace LedgerStore.Fields;

/// <summary>One message.</summary>
internal sealed class ProtoWriter
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int LengthPrefixed = 2;
    public const int Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> _to = new();

    public ReadOnlySpan<byte> Written => _to.WrittenSpan;

    public void Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            Message(field, bytes);
        }
    }

    /// <summary>A message, which is there even if it is empty.</summary>
    public void Message(int field, ReadOnlySpan<byte> bytes)
    {
        Plain(((ulong)field << 3) | LengthPrefixed);
        Plain((ulong)bytes.Length);
        _to.Write(bytes);
    }

    public void Number(int field, long value)
    {
        if (value != 0)
        {
            Plain((ulong)field << 3);
            Plain((ulong)value);
        }
    }

    /// <summary>A number that is there even if it is zero, or is not there.</summary>
    public void Optional(int field, long? value)
    {
        if (value is { } there)
        {
            Plain((ulong)field << 3);
            Plain((ulong)there);
        }
    }

    public void Flag(int field, bool isSet) => Number(field, isSet ? 1 : 0);

    private void Plain(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        _to.Write(bytes[..length]);
    }
}
