// What can be done to one field of a record: the value lower, higher, zero, the largest, another record's; a text
// changed, emptied, longer. The record stays one: lengths are right. Pure; any thread.

using System.Buffers.Binary;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal static class FieldEdits
{
    /// <summary>All edits of one field, each with what it is called.</summary>
    /// <param name="other">The same field of another record, its length prefix included; null when there is none.
    /// </param>
    public static IEnumerable<(string What, byte[] Body)> Of(byte[] body, FieldPlace place, byte[]? other)
    {
        byte[] field = body[place.Offset..(place.Offset + place.Length)];
        int prefix = place.Kind switch { FieldKind.Text => 2, FieldKind.Note => 4, _ => 0 };
        List<(string What, byte[] Value)> values = place.Kind switch
        {
            FieldKind.U8 or FieldKind.U16 or FieldKind.U32 or FieldKind.I64 => Numbers(field),
            FieldKind.Id or FieldKind.Hash => [("flipped", Flip(field, 0)), ("zero", new byte[field.Length])],
            _ => Bytes(field[prefix..]),
        };
        if (other is not null)
        {
            values.Add(("another's", other[prefix..]));
        }

        foreach ((string what, byte[] value) in values)
        {
            byte[] edited = [.. body[..place.Offset], .. Prefix(prefix, value.Length), .. value,
                .. body[(place.Offset + place.Length)..]];
            if (!edited.AsSpan().SequenceEqual(body))
            {
                yield return ($"{place.Name} {what}", edited);
            }
        }
    }

    private static List<(string What, byte[] Value)> Numbers(byte[] field)
    {
        ulong value = Read(field);
        ulong max = field.Length == 8 ? long.MaxValue : (1ul << (8 * field.Length)) - 1;
        return
        [
            ("lower", Write(field.Length, value - 1)),
            ("higher", Write(field.Length, value + 1)),
            ("halved", Write(field.Length, value / 2)),
            ("doubled", Write(field.Length, value * 2)),
            ("zero", Write(field.Length, 0)),
            ("the largest", Write(field.Length, max)),
        ];
    }

    private static List<(string What, byte[] Value)> Bytes(byte[] bytes) => bytes.Length == 0
        ? [("longer", "x"u8.ToArray())]
        :
        [
            ("changed at the start", Flip(bytes, 0)),
            ("changed", Flip(bytes, bytes.Length / 2)),
            ("changed at the end", Flip(bytes, Math.Max(0, bytes.Length - 10))),
            ("emptied", []),
            ("shortened", bytes[..^1]),
            ("longer", [.. bytes, (byte)'x']),
        ];

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 1;
        return flipped;
    }

    private static byte[] Prefix(int bytes, int length)
    {
        byte[] prefix = new byte[bytes];
        for (int i = 0; i < bytes; i++)
        {
            prefix[i] = (byte)(length >> (8 * i));
        }

        return prefix;
    }

    private static ulong Read(byte[] field)
    {
        byte[] wide = new byte[8];
        field.CopyTo(wide, 0);
        return BinaryPrimitives.ReadUInt64LittleEndian(wide);
    }

    private static byte[] Write(int bytes, ulong value)
    {
        byte[] wide = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(wide, value);
        return wide[..bytes];
    }
}
