// What a JSON string says: its escapes, and the text without them. Pure; nothing is allocated.

using System.Globalization;
using System.Text;

namespace LedgerStore.Fields;

/// <summary>Escapes in strings.</summary>
internal static class JsonText
{
    /// <summary>How many times longer an escaped text is at most: six bytes for one.</summary>
    public const int EscapeBytesMax = UnicodeBytes;

    private const int UnicodeBytes = 6;

    /// <summary>The length of the escape that the bytes begin with: 2, 6, or 12 for a surrogate pair; 0 when it is
    /// none, or one half of a pair alone.</summary>
    public static int EscapeBytes(ReadOnlySpan<byte> from) => Unescape(from, out _);

    /// <summary>Writes the text of a string that <see cref="JsonReader"/> read; it is never longer than the string.
    /// </summary>
    /// <returns>How many bytes were written.</returns>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> text)
    {
        int written = 0;
        while (true)
        {
            int run = raw.IndexOf((byte)'\\');
            ReadOnlySpan<byte> plain = run < 0 ? raw : raw[..run];
            plain.CopyTo(text[written..]);
            written += plain.Length;
            if (run < 0)
            {
                return written;
            }

            int escape = Unescape(raw[run..], out Rune rune);
            written += rune.EncodeToUtf8(text[written..]);
            raw = raw[(run + escape)..];
        }
    }

    private static int Unescape(ReadOnlySpan<byte> from, out Rune rune)
    {
        rune = default;
        if (from.Length < 2 || from[0] != (byte)'\\')
        {
            return 0;
        }

        if (from[1] == (byte)'u')
        {
            return Unicode(from, ref rune);
        }

        int plain = from[1] switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' => from[1],
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => -1,
        };
        rune = new Rune(Math.Max(plain, 0));
        return plain < 0 ? 0 : 2;
    }

    private static int Unicode(ReadOnlySpan<byte> from, ref Rune rune)
    {
        if (!TryUnit(from, out char high))
        {
            return 0;
        }

        if (Rune.TryCreate(high, out rune))
        {
            return UnicodeBytes;
        }

        return TryUnit(from[UnicodeBytes..], out char low) && Rune.TryCreate(high, low, out rune)
            ? 2 * UnicodeBytes
            : 0;
    }

    private static bool TryUnit(ReadOnlySpan<byte> from, out char unit)
    {
        unit = default;
        if (from.Length < UnicodeBytes || from[0] != (byte)'\\' || from[1] != (byte)'u')
        {
            return false;
        }

        bool isHex = ushort.TryParse(
            from[2..UnicodeBytes], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort number);
        unit = (char)number;
        return isHex;
    }
}
