// Times and durations as microseconds, which entries have, and as people write them. Pure.

using System.Globalization;

namespace LedgerStore.Guard;

/// <summary>Microseconds since 1970, and microseconds of a duration.</summary>
internal static class Micros
{
    public const long Second = 1_000_000;

    private const long Last = 253_402_300_799L * Second;

    public static long Of(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    public static long Of(DateTimeOffset time) =>
        (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A time; one that no calendar has is the last that it has.</summary>
    public static DateTimeOffset ToTime(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(micros, 0, Last) * TimeSpan.TicksPerMicrosecond);

    /// <summary>2026-01-31T23:59:59.000001Z</summary>
    public static string Text(long micros) =>
        ToTime(micros).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>90d, 12h, 30m, 45s.</summary>
    public static string TextOf(long duration) => (duration / Second) switch
    {
        var s when s > 0 && s % 86_400 == 0 => $"{s / 86_400}d",
        var s when s > 0 && s % 3_600 == 0 => $"{s / 3_600}h",
        var s when s > 0 && s % 60 == 0 => $"{s / 60}m",
        var s => $"{s}s",
    };

    /// <summary>Reads 90d, 12h, 30m, 45s; false for anything else, nothing included.</summary>
    public static bool TryDuration(string text, out long micros)
    {
        long unit = text.Length < 2 ? 0 : text[^1] switch { 'd' => 86_400, 'h' => 3_600, 'm' => 60, 's' => 1, _ => 0 };
        bool isCount = int.TryParse(
            text.AsSpan(0, Math.Max(text.Length - 1, 0)), NumberStyles.None, CultureInfo.InvariantCulture,
            out int count);
        micros = unit * count * Second;
        return unit > 0 && isCount && count > 0 && micros <= GuardLimits.DaysMax * 86_400 * Second;
    }

    /// <summary>Reads what <see cref="Text"/> writes.</summary>
    public static bool TryTime(string? text, out long micros)
    {
        bool isTime = DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time);
        micros = isTime ? Of(time) : 0;
        return isTime;
    }
}
