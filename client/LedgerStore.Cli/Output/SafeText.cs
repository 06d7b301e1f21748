// The one escape function of the command: what somebody else wrote (records, reasons, names, errors of a server) must
// not drive a terminal, pass for a line of ours, or break a line of JSON. Pure.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace LedgerStore.Cli;

/// <summary>Text that shows itself and does nothing.</summary>
/// <remarks>
/// Escaped is what has no shape of its own: control characters (C0, DEL, C1), format characters (the marks that turn
/// the direction of writing among them), letters and marks that are drawn as nothing, the separators of lines and
/// paragraphs, and what is no character at all. The form is that of JSON, so that the same function serves for the
/// inside of JSON strings.
/// </remarks>
internal static class SafeText
{
    private static readonly SearchValues<char> s_plainAscii = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private static readonly SearchValues<byte> s_plainBytes = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5F).Select(static value => (byte)value)]);

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>One line: a line feed is escaped too.</summary>
    public static string Line(string text) => Escape(text, keepLines: false);

    /// <summary>The same of bytes; what is no UTF-8 becomes U+FFFD.</summary>
    public static string Line(ReadOnlySpan<byte> utf8) => Line(Encoding.UTF8.GetString(utf8));

    /// <summary>Several lines: line feeds stay.</summary>
    public static string Lines(string text) => Escape(text, keepLines: true);

    /// <summary>Writes a line of JSON. What is escaped is inside of its strings: nowhere else does JSON have it.
    /// </summary>
    public static void WriteJson(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        if (json.IndexOfAnyExcept(s_plainBytes) < 0)
        {
            output.Write(json);
            return;
        }

        Encoding.UTF8.GetBytes(Line(json), output);
    }

    /// <summary>The text of UTF-8 bytes; null when they are none.</summary>
    public static string? TryDecode(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return s_strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Escape(string text, bool keepLines)
    {
        if (text.AsSpan().IndexOfAnyExcept(s_plainAscii) < 0)
        {
            return text;
        }

        StringBuilder safe = new(text.Length + 16);
        for (int at = 0; at < text.Length;)
        {
            bool isRune = Rune.TryGetRuneAt(text, at, out Rune rune);
            int length = isRune ? rune.Utf16SequenceLength : 1;
            if (isRune && (IsPlain(rune) || (keepLines && rune.Value == '\n')))
            {
                safe.Append(text, at, length);
            }
            else
            {
                foreach (char unit in text.AsSpan(at, length))
                {
                    safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                }
            }

            at += length;
        }

        return safe.ToString();
    }

    // Unicode calls them "default ignorable", and they are letters and marks by their category: with them two names
    // look the same that are not. U+2800 is drawn as a blank.
    private static bool IsDrawnAsNothing(int value) => value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5
        or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
        or (>= 0xE0100 and <= 0xE01EF);

    private static bool IsPlain(Rune rune) => !IsDrawnAsNothing(rune.Value)
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);
}
