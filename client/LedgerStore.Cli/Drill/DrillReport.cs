// What a drill showed, for people and as JSON. Immutable.
using System.Globalization;
using System.Text.Json;

namespace LedgerStore.Cli;

/// <summary>The report.</summary>
internal sealed record DrillReport(
    string Ledger, ulong First, ulong Count, DateTimeOffset Time, IReadOnlyList<DrillResult> Results)
{
    public string ToJson() => JsonOutput.Line(Write);

    public void Print(Run run)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, Write);
            return;
        }

        run.Line($"{Count} entries of {Ledger}, from {First} on, were copied into a store of the drill's own");
        TextTable.Write(
            run,
            ["exercise", "noticed by", "in", "result"],
            [.. Results.Select(static one => new[]
            {
                one.Exercise, one.NoticedBy,
                string.Create(CultureInfo.InvariantCulture, $"{one.Took.TotalSeconds:0.000} s"),
                one.IsRight ? one.Planted.Length == 0 ? "nothing to notice" : "noticed" : "WRONG",
            })]);
        foreach (DrillResult one in Results.Where(static one => one.Planted.Length > 0))
        {
            run.Line(SafeText.Line($"{one.Exercise}: {one.Planted}"));
            run.Line(SafeText.Line($"  {(one.Said.Length > 0 ? one.Said : "nobody noticed")}"));
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteString("ledger", Ledger);
        json.WriteNumber("first_index", First);
        json.WriteNumber("count", Count);
        json.WriteString("time", JsonOutput.Time(Time));
        json.WriteStartArray("exercises");
        foreach (DrillResult one in Results)
        {
            json.WriteStartObject();
            json.WriteString("exercise", one.Exercise);
            json.WriteString("planted", one.Planted);
            json.WriteString("noticed_by", one.NoticedBy);
            json.WriteString("said", one.Said);
            json.WriteNumber("seconds", Math.Round(one.Took.TotalSeconds, 3));
            json.WriteBoolean("right", one.IsRight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
