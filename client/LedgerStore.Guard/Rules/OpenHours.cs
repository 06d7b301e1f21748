// When something is expected: days of the week and times of a day, in a time zone. Pure; any thread.
//
//   Mon-Fri 08:00-18:00      Sat 09:00-13:30      Sun 00:00-24:00

using System.Globalization;

namespace LedgerStore.Guard;

/// <summary>A week's calendar.</summary>
internal sealed class OpenHours
{
    private const int DayMinutes = 24 * 60;

    private static readonly string[] s_days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    private readonly bool[] _open = new bool[7 * DayMinutes];
    private readonly TimeZoneInfo _zone;

    private OpenHours(TimeZoneInfo zone, string text)
    {
        _zone = zone;
        Text = text;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>A zone of this machine's, by its name such as Europe/Berlin; null: it has none of that name.</summary>
    public static TimeZoneInfo? Zone(string name)
    {
        try
        {
            return name == "UTC" ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception none) when (none is TimeZoneNotFoundException or InvalidTimeZoneException or IOException
            or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <param name="wrong">The number of the span that is none.</param>
    public static OpenHours? Parse(TimeZoneInfo zone, IReadOnlyList<string> spans, out int wrong)
    {
        OpenHours hours = new(zone, zone.Id + "|" + string.Join('|', spans));
        for (wrong = 0; wrong < spans.Count; wrong++)
        {
            if (!hours.Add(spans[wrong]))
            {
                return null;
            }
        }

        return hours;
    }

    /// <summary>Whether a time is within them.</summary>
    public bool Has(long micros)
    {
        DateTime local = TimeZoneInfo.ConvertTimeFromUtc(Micros.ToTime(micros).UtcDateTime, _zone);
        return _open[((int)local.DayOfWeek * DayMinutes) + (local.Hour * 60) + local.Minute];
    }

    private bool Add(string span)
    {
        string[] words = span.Split(' ');
        string[] days = words[0].Split('-');
        string[] times = words.Length == 2 ? words[1].Split('-') : [];
        if (days.Length > 2 || times.Length != 2)
        {
            return false;
        }

        int first = Array.IndexOf(s_days, days[0]);
        int last = Array.IndexOf(s_days, days[^1]);
        int from = Minute(times[0]);
        int until = Minute(times[1]);
        if (first < 0 || last < 0 || from < 0 || until <= from)
        {
            return false;
        }

        for (int day = first; ; day = (day + 1) % 7)
        {
            Array.Fill(_open, true, (day * DayMinutes) + from, until - from);
            if (day == last)
            {
                return true;
            }
        }
    }

    private static int Minute(string time) => time == "24:00" ? DayMinutes
        : TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly clock)
            ? (clock.Hour * 60) + clock.Minute
            : -1;
}
