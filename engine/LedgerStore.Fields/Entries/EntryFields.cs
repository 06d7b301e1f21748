// The wire format of an entry: tags of ledgerstore.v1.Entry in canonical order, shared by builder and parser.
// Constants and pure functions: any thread.
//
//   09 time fixed64 | 12 len appender | 1A len producer | 20 varint sequence | 2A len content type | 32 len payload
//   | 3A 10 salt          all but the time are left out when empty; lengths and the sequence are minimal varints

using System.Numerics;
using System.Runtime.CompilerServices;

namespace LedgerStore.Fields;

/// <summary>Tags and varints of an entry.</summary>
internal static class EntryFields
{
    public const byte TimeTag = 0x09;
    public const byte AppenderTag = 0x12;
    public const byte ProducerTag = 0x1A;
    public const byte SequenceTag = 0x20;
    public const byte ContentTypeTag = 0x2A;
    public const byte PayloadTag = 0x32;
    public const byte SaltTag = 0x3A;

    /// <summary>Tag and fixed64: the first bytes of every entry.</summary>
    public const int TimeBytes = 9;

    /// <summary>The u16 big-endian length before every entry of a bundle.</summary>
    public const int LengthBytes = 2;

    /// <summary>Bytes of a minimal varint: 7 bits each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int VarintBytes(ulong value) => (BitOperations.Log2(value | 1) * 9 + 73) / 64;

    /// <summary>Writes a minimal varint and returns its size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WriteVarint(Span<byte> destination, ulong value)
    {
        int i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[i] = (byte)value;
        return i + 1;
    }

    /// <summary>Bytes of a length-delimited field, none when it is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FieldBytes(int length) => length == 0 ? 0 : 1 + VarintBytes((ulong)length) + length;

    /// <summary>Writes a length-delimited field, nothing when it is empty, and returns its size.</summary>
    public static int WriteField(Span<byte> destination, byte tag, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return 0;
        }

        destination[0] = tag;
        int size = 1 + WriteVarint(destination[1..], (ulong)value.Length);
        value.CopyTo(destination[size..]);
        return size + value.Length;
    }
}
