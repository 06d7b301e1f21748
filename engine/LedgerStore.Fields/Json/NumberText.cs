// JSON numbers: where a token ends, and the one text of its value, so that 100, 100.0 and 1e2 are the same.
//
// The text is plain decimal notation without a sign that says nothing and without zeros that say nothing: 0, -7, 100,
// 1.5, 0.25. With the first digit that counts at 10^p, that is for -6 <= p <= 39; beyond, 1e40, -1.5e-7.
// Pure; nothing is allocated.

using System.Globalization;

namespace LedgerStore.Fields;

/// <summary>The grammar of RFC 8259, section 6, and one spelling for each value.</summary>
internal static class NumberText
{
    /// <summary>What the text of a number of n bytes never exceeds: n + this.</summary>
    public const int LongerByMax = 48;

    private const int PlainPowerMin = -6;
    private const int PlainPowerMax = 39;
    private const int ExponentMax = 99_999;

    /// <summary>The length of the number that the bytes begin with; 0 when they begin with none.</summary>
    public static int TokenBytes(ReadOnlySpan<byte> from)
    {
        int at = Digit(from, 0) == '-' ? 1 : 0;
        int whole = Digits(from, at);
        if (whole == 0 || (whole > 1 && from[at] == (byte)'0'))
        {
            return 0;
        }

        at += whole;
        if (Digit(from, at) == '.')
        {
            int fraction = Digits(from, at + 1);
            if (fraction == 0)
            {
                return 0;
            }

            at += 1 + fraction;
        }

        if (Digit(from, at) is 'e' or 'E')
        {
            int sign = Digit(from, at + 1) is '+' or '-' ? 1 : 0;
            int exponent = Digits(from, at + 1 + sign);
            return exponent == 0 ? 0 : at + 1 + sign + exponent;
        }

        return at;
    }

    /// <summary>Writes the text of a token.</summary>
    /// <returns>How many bytes were written; 0 when its exponent is out of range.</returns>
    public static int Write(ReadOnlySpan<byte> token, Span<byte> text)
    {
        bool isNegative = token[0] == (byte)'-';
        int first = isNegative ? 1 : 0;
        if (token[first] != (byte)'0' && Digits(token, first) == token.Length - first
            && token.Length <= PlainPowerMax)
        {
            token.CopyTo(text);
            return token.Length;
        }

        ReadOnlySpan<byte> rest = isNegative ? token[1..] : token;
        int e = rest.IndexOfAny((byte)'e', (byte)'E');
        int exponent = 0;
        if (e >= 0 && (!int.TryParse(rest[(e + 1)..], CultureInfo.InvariantCulture, out exponent)
            || Math.Abs((long)exponent) > ExponentMax))
        {
            return 0;
        }

        ReadOnlySpan<byte> mantissa = e < 0 ? rest : rest[..e];
        int point = mantissa.IndexOf((byte)'.');
        int whole = point < 0 ? mantissa.Length : point;

        // The digits go to the front of the text, without point and zeros around; then they are spread.
        int count = 0;
        int leading = 0;
        foreach (byte digit in mantissa)
        {
            if (digit == (byte)'.')
            {
                continue;
            }

            leading += count == 0 && digit == (byte)'0' ? 1 : 0;
            text[count] = digit;
            count += count == 0 && digit == (byte)'0' ? 0 : 1;
        }

        while (count > 0 && text[count - 1] == (byte)'0')
        {
            count--;
        }

        if (count == 0)
        {
            text[0] = (byte)'0';
            return 1;
        }

        int written = Spread(text, count, whole - 1 - leading + exponent);
        if (!isNegative)
        {
            return written;
        }

        text[..written].CopyTo(text[1..]);
        text[0] = (byte)'-';
        return written + 1;
    }

    // The first of the digits counts 10^power.
    private static int Spread(Span<byte> text, int count, int power)
    {
        if (power is < PlainPowerMin or > PlainPowerMax)
        {
            int mantissa = count == 1 ? 1 : count + 1;
            PutPoint(text, count, at: 1);
            text[mantissa] = (byte)'e';
            _ = power.TryFormat(text[(mantissa + 1)..], out int exponent, default, CultureInfo.InvariantCulture);
            return mantissa + 1 + exponent;
        }

        if (power >= count - 1)
        {
            text[count..(power + 1)].Fill((byte)'0');
            return power + 1;
        }

        if (power >= 0)
        {
            PutPoint(text, count, at: power + 1);
            return count + 1;
        }

        text[..count].CopyTo(text[(1 - power)..]);
        text[..(1 - power)].Fill((byte)'0');
        text[1] = (byte)'.';
        return count + 1 - power;
    }

    private static void PutPoint(Span<byte> text, int count, int at)
    {
        if (count > at)
        {
            text[at..count].CopyTo(text[(at + 1)..]);
            text[at] = (byte)'.';
        }
    }

    private static char Digit(ReadOnlySpan<byte> from, int at) => at < from.Length ? (char)from[at] : '\0';

    private static int Digits(ReadOnlySpan<byte> from, int at)
    {
        int end = at;
        while (end < from.Length && from[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        return end - at;
    }
}
