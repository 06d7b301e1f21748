// The result of one campaign: a line of JSON, which becomes a row of the table in docs/RELIABILITY.md. Owned by its
// campaign.
using System.Text.Json;
using System.Text.Json.Serialization;
using LedgerStore.Campaigns.Judging;
using LedgerStore.Campaigns.Load;

namespace LedgerStore.Campaigns.Results;

/// <summary>What a campaign did and found.</summary>
internal sealed class ResultRow
{
    private static readonly JsonSerializerOptions s_json =
        new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public required string Campaign { get; init; }

    public required string Command { get; init; }

    public required ulong Seed { get; init; }

    public required string Began { get; init; }

    public double Seconds { get; set; }

    /// <summary>Faults by their kind.</summary>
    public SortedDictionary<string, int> Faults { get; init; } = [];

    public Verdict Verdict { get; init; } = new();

    /// <summary>Why it did not run where it stands, or what of it.</summary>
    public string? DidNotRun { get; set; }

    /// <summary>Figures of this kind of campaign.</summary>
    public SortedDictionary<string, double> Figures { get; init; } = [];

    [JsonIgnore]
    public int FaultCount => Faults.Values.Sum();

    public static ResultRow Parse(string line) => JsonSerializer.Deserialize<ResultRow>(line)!;

    public void Count(string fault) => Faults[fault] = Faults.GetValueOrDefault(fault) + 1;

    /// <summary>One more look: counts add up, but for those that a look gives anew.</summary>
    public void Add(Verdict look)
    {
        Verdict.Acknowledged = look.Acknowledged;
        Verdict.LongestOutageMillis = look.LongestOutageMillis;
        Sum(look);
    }

    /// <summary>One more store: all counts add up.</summary>
    public void AddStore(Verdict look)
    {
        Verdict.Acknowledged += look.Acknowledged;
        Sum(look);
    }

    public void Add(LoadReport load)
    {
        Figures["repeated batches"] = Figures.GetValueOrDefault("repeated batches") + load.Repeats;
        if (load.Stuck > 0)
        {
            Verdict.Explain(
                isWrong: false, $"{load.Stuck} writers have no answer at the end: {string.Join("; ", load.Errors)}");
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    private void Sum(Verdict look)
    {
        Verdict.Compared += look.Compared;
        Verdict.Lost += look.Lost;
        Verdict.Doubled += look.Doubled;
        Verdict.Wrong += look.Wrong;
        Verdict.Unexplained += look.Unexplained;
        Verdict.Named += look.Named;
        look.Details.ForEach(Verdict.Say);
    }
}
