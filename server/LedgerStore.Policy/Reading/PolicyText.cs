// The first gate of a policy file: its size, its encoding, and no character that a reviewer would not see.
// Pure; runs before any YAML is looked at.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace LedgerStore.Policy;

internal static class PolicyText
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The text, or null after reporting why not.</summary>
    public static string? Decode(ReadOnlySpan<byte> utf8, DiagnosticBag bag)
    {
        if (utf8.Length > PolicyLimits.FileBytes)
        {
            bag.Error("limit", new(1, 1), $"a {bag.FileKind} of {utf8.Length} bytes exceeds the limit of"
                + $" {PolicyLimits.FileBytes}", "split it over several stores");
            return null;
        }

        ReadOnlySpan<byte> bytes = utf8.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;
        int line = 1, column = 1;
        for (int at = 0; at < bytes.Length;)
        {
            bool isValid = Rune.DecodeFromUtf8(bytes[at..], out Rune rune, out int length)
                == OperationStatus.Done;
            bool isLineBreak = rune.Value == '\n'
                || (rune.Value == '\r' && at + 1 < bytes.Length && bytes[at + 1] == '\n');
            if (!isValid || !(isLineBreak || IsVisible(rune)))
            {
                Report(bag, new(line, column), isValid, rune.Value, bytes[at]);
                return null;
            }

            line += rune.Value == '\n' ? 1 : 0;
            column = rune.Value == '\n' ? 1 : column + rune.Utf16SequenceLength;
            at += length;
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private static void Report(DiagnosticBag bag, SourcePosition at, bool isValid, int value, byte first)
    {
        if (isValid)
        {
            bag.Error("characters", at, $"{Quoted.CodePoint(value)} is not allowed in a {bag.FileKind}",
                "what cannot be seen cannot be reviewed");
        }
        else
        {
            bag.Error("characters", at, $"the byte 0x{first:x2} is not UTF-8", "save the file as UTF-8");
        }
    }

    // Format characters reverse or hide text; U+0085, U+2028 and U+2029 end a comment for YAML but not in an editor.
    private static bool IsVisible(Rune rune) =>
        rune.Value is '\t' or (>= ' ' and < 0x7F)
        || (rune.Value >= 0xA0 && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format
            or UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate));
}
