// An option that is an age, the same for every command: 90d, 12h, 30m, 45s. Pure.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>Makes options of age, and reads them.</summary>
internal static class AgeOption
{
    public static Option<string?> Make(string name, string description) => new(name)
    {
        HelpName = "AGE",
        Description = description + " (such as 90d, 12h, 30m)",
    };

    /// <exception cref="UsageException">It is none.</exception>
    public static TimeSpan? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        TimeSpan unit = text.Length == 0 ? TimeSpan.Zero : text[^1] switch
        {
            'd' => TimeSpan.FromDays(1),
            'h' => TimeSpan.FromHours(1),
            'm' => TimeSpan.FromMinutes(1),
            's' => TimeSpan.FromSeconds(1),
            _ => TimeSpan.Zero,
        };
        return unit > TimeSpan.Zero && int.TryParse(text[..^1], out int count) && count > 0
            ? unit * count
            : throw new UsageException($"'{text}' is no age", "a number with d, h, m or s, such as 90d");
    }
}
