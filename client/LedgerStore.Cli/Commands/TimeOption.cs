// An option that is a moment, the same for every command: a time, which is local without a zone, or an age, which is so
// long ago. Pure, but for the clock.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace LedgerStore.Cli;

/// <summary>Makes options of time.</summary>
internal static class TimeOption
{
    public static Option<DateTimeOffset?> Make(string name, string description) => new(name)
    {
        HelpName = "TIME|AGE",
        Description = description,
        CustomParser = Parse,
    };

    private static DateTimeOffset? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time))
        {
            return time;
        }

        try
        {
            return TimeProvider.System.GetUtcNow() - AgeOption.Parse(text);
        }
        catch (Exception none) when (none is UsageException or ArgumentOutOfRangeException or OverflowException)
        {
            result.AddError(
                $"'{text}' is no time; for example 2026-11-21T08:00:00Z, 2026-11-21 for its midnight here, or 7d for a "
                + "week ago");
            return null;
        }
    }
}
