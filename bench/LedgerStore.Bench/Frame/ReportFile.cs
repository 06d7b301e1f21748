// What --json writes and what comparing and drawing read: one shape for every suite. Immutable.
using System.Text.Json;

namespace LedgerStore.Bench.Frame;

/// <summary>The figures of one run of one suite, and what they were measured on.</summary>
internal sealed record ReportFile(
    string Suite,
    string Command,
    string Commit,
    string Clock,
    Machine Machine,
    ReportFigure[] Results)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,

        // A figure without its sense or its runs would be compared and drawn as what it is not.
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>What a reader of the figures must know besides; few suites have any.</summary>
    public string[] Notes { get; init; } = [];

    public static ReportFile Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ReportFile>(File.ReadAllBytes(file), s_json)
                ?? throw new FormatException($"{file} is not a report of a suite: it is empty");
        }
        catch (JsonException error)
        {
            throw new FormatException(
                $"{file} is not a report of a suite as this version writes it: {error.Message} Measure it again.",
                error);
        }
        catch (IOException error)
        {
            throw new FormatException($"cannot read {file}: {error.Message}", error);
        }
    }

    public void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, JsonSerializer.Serialize(this, s_json) + "\n");
    }
}

/// <summary>One figure as it is written down.</summary>
internal sealed record ReportFigure(
    string Name,
    double Value,
    string Unit,
    double? Floor,
    double? ShareOfFloor,
    double? Target,
    bool? Met,
    bool LowerIsBetter,
    double[] Runs)
{
    public static ReportFigure Of(BenchResult result) => new(
        result.Name,
        Rounded(result.Value),
        result.Unit,
        result.Floor is double floor ? Rounded(floor) : null,
        result.ShareOfFloor is double share ? Rounded(share) : null,
        result.Target,
        result.Met,
        result.LowerIsBetter,
        [.. result.Runs.Select(Rounded)]);

    // Four significant digits: more would claim a precision that no run has.
    private static double Rounded(double number)
    {
        if (number == 0 || !double.IsFinite(number))
        {
            return number == 0 ? 0 : -1;
        }

        int digits = 3 - (int)Math.Floor(Math.Log10(Math.Abs(number)));
        double scale = Math.Pow(10, digits);
        return digits > 0 ? Math.Round(number, Math.Min(digits, 15)) : Math.Round(number * scale) / scale;
    }
}
