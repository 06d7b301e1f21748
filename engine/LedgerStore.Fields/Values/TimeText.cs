// Times in records: RFC 3339 text, or a number in a unit that the spec names. One result: microseconds since 1970
// (UTC), what is finer cut off. Pure; nothing is allocated.

using System.Globalization;

namespace LedgerStore.Fields;

/// <summary>Reads times.</summary>
internal static class TimeText
{
    private const int DateTimeBytes = 19;
    private const long MicrosPerSecond = 1_000_000;
    private const int SecondsPerMinute = 60;
    private const int MinutesPerHour = 60;
    private const int MicroDigits = 6;
    private const int NumberBytesMax = 24;

    // So many digits and a sign, times a million, are less than 2^63.
    private const int IntegerBytesMax = 12;
    private const decimal ValueMax = 1e22m;

    /// <summary>2026-01-31T23:59:60.123456+01:00: 'T' may be a space or small, 'Z' small; a leap second counts as the
    /// second behind it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < DateTimeBytes + 1 || text[4] != '-' || text[7] != '-' || text[10] is not (
            (byte)'T' or (byte)'t' or (byte)' ') || text[13] != ':' || text[16] != ':')
        {
            return false;
        }

        if (!TryDigits(text[..4], out int year) || !TryDigits(text[5..7], out int month)
            || !TryDigits(text[8..10], out int day) || !TryDigits(text[11..13], out int hour)
            || !TryDigits(text[14..16], out int minute) || !TryDigits(text[17..19], out int second)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text[DateTimeBytes..];
        if (!TryFraction(ref rest, out int fraction) || !TryOffset(rest, out int offsetMinutes))
        {
            return false;
        }

        long days = new DateOnly(year, month, day).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        long minutes = (((days * 24) + hour) * MinutesPerHour) + minute - offsetMinutes;
        micros = (((minutes * SecondsPerMinute) + second) * MicrosPerSecond) + fraction;
        return true;
    }

    /// <summary>A number as <see cref="NumberText"/> writes it, in plain notation and of at most 24 characters, so that
    /// decimal arithmetic is exact; rounded down.</summary>
    public static bool TryRead(ReadOnlySpan<byte> number, TimeUnit unit, out long micros)
    {
        if (number.Length <= IntegerBytesMax && unit != TimeUnit.Nanoseconds && long.TryParse(
            number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            micros = whole * (unit == TimeUnit.Seconds ? MicrosPerSecond : unit == TimeUnit.Milliseconds ? 1_000 : 1);
            return true;
        }

        micros = 0;
        if (number.Length > NumberBytesMax || !decimal.TryParse(
            number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out decimal value) || Math.Abs(value) > ValueMax)
        {
            return false;
        }

        decimal exact = decimal.Floor(unit switch
        {
            TimeUnit.Seconds => value * 1_000_000m,
            TimeUnit.Milliseconds => value * 1_000m,
            TimeUnit.Microseconds => value,
            _ => value / 1_000m,
        });
        if (Math.Abs(exact) > long.MaxValue)
        {
            return false;
        }

        micros = (long)exact;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            number = (number * 10) + digit - '0';
        }

        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> rest, out int micros)
    {
        micros = 0;
        if (rest[0] != '.')
        {
            return true;
        }

        int end = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (end <= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> digits = rest.Slice(1, Math.Min(end, MicroDigits));
        _ = TryDigits(digits, out micros);
        for (int i = digits.Length; i < MicroDigits; i++)
        {
            micros *= 10;
        }

        rest = rest[(1 + end)..];
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> rest, out int minutes)
    {
        minutes = 0;
        if (rest.Length == 1)
        {
            return rest[0] is (byte)'Z' or (byte)'z';
        }

        if (rest.Length != 6 || rest[0] is not ((byte)'+' or (byte)'-') || rest[3] != ':'
            || !TryDigits(rest[1..3], out int hour) || !TryDigits(rest[4..6], out int minute)
            || hour > 23 || minute > 59)
        {
            return false;
        }

        minutes = ((hour * MinutesPerHour) + minute) * (rest[0] == '-' ? -1 : 1);
        return true;
    }
}
