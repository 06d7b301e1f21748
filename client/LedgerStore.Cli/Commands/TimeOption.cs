// An option that is a moment, the same for every command: without a zone it is local time. Pure.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace LedgerStore.Cli;

/// <summary>Makes options of time.</summary>
internal static class TimeOption
{
    public static Option<DateTimeOffset?> Make(string name, string description) => new(name)
    {
        HelpName = "TIME",
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

        result.AddError($"'{text}' is no time; for example 2026-11-21T08:00:00Z, or 2026-11-21 for its midnight here");
        return null;
    }
}
