// What every text of these formats keeps to: UTF-8, no control character but LF. Checked once, before all parsing.
// Also the one way in which numbers are written: decimal, no leading zeros, at most 2^63-1.
// Pure, any thread.
using System.Buffers;
using System.Text.Unicode;

namespace LedgerStore.Proofs;

internal static class NoteText
{
    /// <summary>The largest number in these texts: what fits a signed 64-bit integer everywhere.</summary>
    public const ulong NumberMax = long.MaxValue;

    private const int DigitsMax = 19;

    private static readonly SearchValues<byte> s_controls = SearchValues.Create(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
        31);

    public static void Check(ReadOnlySpan<byte> bytes, int bytesMax, string what)
    {
        if (bytes.Length > bytesMax)
        {
            throw new MalformedDataException(
                $"{what} of {bytes.Length} bytes exceeds the limit of {bytesMax}", bytesMax);
        }

        int control = bytes.IndexOfAny(s_controls);
        if (control >= 0)
        {
            throw new MalformedDataException($"control character 0x{bytes[control]:x2} in {what}", control);
        }

        if (!Utf8.IsValid(bytes))
        {
            throw new MalformedDataException($"{what} is not UTF-8", 0);
        }
    }

    /// <summary>Reads a decimal number that fills the whole span.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> digits, out ulong number)
    {
        number = 0;
        if (digits.IsEmpty || digits.Length > DigitsMax || (digits[0] == '0' && digits.Length > 1))
        {
            return false;
        }

        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            // 19 digits are below 2^64, so this cannot wrap.
            number = (number * 10) + (ulong)(digit - '0');
        }

        return number <= NumberMax;
    }
}
