// What --json writes and what comparing and drawing read: one shape for every suite. Immutable.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

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
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,

        // A file for people and programs, never a part of a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,

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

    /// <summary>A line for each fact: two reports differ where their figures do.</summary>
    public void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        string[] head =
        [
            Fact("suite", Suite), Fact("command", Command), Fact("commit", Commit), Fact("clock", Clock),
            Fact("machine", Machine), List("notes", Notes), List("results", Results),
        ];
        File.WriteAllText(file, "{\n" + string.Join(",\n", head) + "\n}\n");
    }

    private static string Fact<T>(string name, T value) => $"\"{name}\": {JsonSerializer.Serialize(value, s_json)}";

    private static string List<T>(string name, T[] values) => values.Length == 0
        ? $"\"{name}\": []"
        : $"\"{name}\": [\n{string.Join(",\n", values.Select(value => JsonSerializer.Serialize(value, s_json)))}\n]";
}

/// <summary>One figure as it is written down.</summary>
internal sealed record ReportFigure(
    string Name,
    double Value,
    string Unit,
    double? Floor,
    double? ShareOfFloor,
    double? Target,
    bool TargetIsShare,
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
        result.Target?.Value,
        result.Target?.IsShare == true,
        result.Met,
        result.LowerIsBetter,
        [.. result.Runs.Select(Rounded)]);

    /// <summary>What it was judged by.</summary>
    [JsonIgnore]
    public Target? Judged => Target is double value ? new Target(Name, value, LowerIsBetter, TargetIsShare) : null;

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
