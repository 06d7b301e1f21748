// Ages as people write them: 90d, 12h, 30m, 45s. Pure.
namespace LedgerStore.Cli;

/// <summary>Reads an age.</summary>
internal static class AgeText
{
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
