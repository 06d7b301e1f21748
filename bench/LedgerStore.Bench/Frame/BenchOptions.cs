// The command line of a suite: <suite> [--json FILE] [--seconds N] [--quick] [--only PART].
using System.Globalization;

namespace LedgerStore.Bench.Frame;

internal sealed record BenchOptions(string? JsonFile, double Seconds, bool Quick, string? Only = null)
{
    /// <summary>Counted runs of each figure; the median is reported.</summary>
    public int Runs => Quick ? 3 : 5;

    /// <summary>Whether this part of the suite is asked for: all are, but with --only.</summary>
    public bool Includes(string part) => Only is null || string.Equals(Only, part, StringComparison.Ordinal);

    /// <summary>How long one counted run of one figure lasts.</summary>
    public TimeSpan RunTime => TimeSpan.FromSeconds(Seconds / Runs);

    public static BenchOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new BenchOptions(JsonFile: null, Seconds: 0, Quick: false);
        for (int i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--quick" => options with { Quick = true },
                "--only" when i + 1 < arguments.Length => options with { Only = arguments[++i] },
                "--json" when i + 1 < arguments.Length => options with { JsonFile = arguments[++i] },
                "--seconds" when i + 1 < arguments.Length => options with { Seconds = ParseSeconds(arguments[++i]) },
                _ => throw new FormatException($"'{arguments[i]}' is not an option, or its value is missing"),
            };
        }

        return options.Seconds > 0 ? options : options with { Seconds = options.Quick ? 0.6 : 3 };
    }

    private static double ParseSeconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds is > 0 and <= 3600
            ? seconds
            : throw new FormatException($"'{text}' is not a number of seconds from above 0 to 3600");
}
