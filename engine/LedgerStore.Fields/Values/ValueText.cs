// Texts of values as they are compared: without case where a field says so, and numbers as 64-bit floating point.
// Pure; nothing is allocated.

using System.Globalization;

namespace LedgerStore.Fields;

/// <summary>One spelling for what is the same.</summary>
internal static class ValueText
{
    /// <summary>Makes A to Z small, in place; no other letter, so that every language does the same.</summary>
    public static void Fold(Span<byte> text)
    {
        foreach (ref byte b in text)
        {
            b = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
        }
    }

    /// <summary>Reads a number: the bits of the nearest double.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out long bits)
    {
        bits = 0;
        if (text.IsEmpty || NumberText.TokenBytes(text) != text.Length
            || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            || !double.IsFinite(number))
        {
            return false;
        }

        // There is one zero.
        bits = BitConverter.DoubleToInt64Bits(number == 0 ? 0 : number);
        return true;
    }
}
