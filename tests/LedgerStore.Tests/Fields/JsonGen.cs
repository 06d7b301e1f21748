// Arbitrary records: nested, with few names so that paths meet, with escapes, numbers, duplicate names; and damaged
// ones. Pure, from a random number generator that the test seeds.

using System.Globalization;
using System.Text;

namespace LedgerStore.Tests.Fields;

/// <summary>Writes JSON as no serializer would.</summary>
internal sealed class JsonGen(Random random, params string[] names)
{
    private static readonly string[] s_texts =
        ["x", "X", "a.b", "a/b.c", "", "10.0.0.1", "é😀", "100", "1e2", "\u0001\"\\",
            "2023-11-14T22:13:20.5+01:00", "1970-01-01 00:00:60z", "::FFFF:1.2.3.4", "2001:db8::1:0:0:1"];

    /// <summary>An object; sometimes with a byte or two that were changed, cut out or put in.</summary>
    public byte[] Record(bool mayBeDamaged)
    {
        byte[] record = Encoding.UTF8.GetBytes(Space() + Object(random.Next(1, 5)) + Space());
        return mayBeDamaged && random.Next(2) == 0 ? Damaged(record) : record;
    }

    private byte[] Damaged(byte[] record)
    {
        List<byte> bytes = [.. record];
        for (int i = random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(3))
            {
                case 0:
                    bytes[at] = Byte();
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes.Insert(at, Byte());
                    break;
            }
        }

        return [.. bytes];
    }

    private byte Byte() => random.Next(3) == 0
        ? (byte)random.Next(256)
        : "{}[]\",:\\u0e+-.\n\tdD8"u8.ToArray()[random.Next(19)];

    private string Value(int depth) => random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => "true",
        1 => "null",
        2 or 3 => Number(),
        4 or 5 => Text(s_texts[random.Next(s_texts.Length)]),
        6 => "[" + string.Join("," + Space(), Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth - 1))) + "]",
        _ => Object(depth - 1),
    };

    private string Object(int depth) => "{" + Space() + string.Join(",", Enumerable.Range(0, random.Next(5))
        .Select(_ => Text(names[random.Next(names.Length)]) + Space() + ":" + Value(depth))) + Space() + "}";

    private string Number() => random.Next(6) switch
    {
        0 => "100",
        1 => "1e2",
        2 => "100.0",
        3 => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture),
        4 => $"{random.Next(1000)}.{random.Next(1000)}e{random.Next(-9, 9)}",
        _ => "-0",
    };

    private string Text(string text) => "\"" + string.Concat(text.Select(Character)) + "\"";

    private string Character(char c) => random.Next(4) switch
    {
        0 => $"\\u{(int)c:x4}",
        1 when c is '"' or '\\' or '/' => $"\\{c}",
        _ when c is '"' or '\\' or < ' ' => $"\\u{(int)c:X4}",
        _ when char.IsSurrogate(c) => $"\\u{(int)c:X4}",
        _ => c.ToString(),
    };

    private string Space() => random.Next(4) == 0 ? " \r\n\t"[random.Next(4)].ToString() : "";
}
