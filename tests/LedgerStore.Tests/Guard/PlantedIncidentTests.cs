// A million ordinary entries, and in them 45 incidents of every kind: all are found, and nothing else.

using System.Text;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class PlantedIncidentTests
{
    private const int Entries = 1_000_000;
    private const int OfEachKind = 5;

    private const string Rules = """
        - { rule: match, kind: match, ledger: pay, where: [what=role.granted], by: [who], says: s, do: d }
        - { rule: admin, kind: match, ledger: pay, where: ["what=key.*"], unless: [who=w1], by: [who], says: s, do: d }
        - rule: count
          kind: count
          ledger: pay
          where: [what=denied]
          by: [who]
          at_least: 6
          within: 1m
          says: s
          do: d
        - { rule: sum, kind: count, ledger: pay, by: [who], field: size, at_least: 100000, within: 1m, says: s, do: d }
        - rule: distinct
          kind: distinct
          ledger: pay
          by: [who]
          field: thing
          at_least: 45
          within: 1m
          says: s
          do: d
        - { rule: new, kind: new, ledger: pay, field: who, within: 30d, learn: 1h, says: s, do: d }
        - rule: hours
          kind: hours
          ledger: pay
          where: [what=backup]
          by: [who]
          allowed: ["Mon-Sun 01:00-02:00"]
          says: s
          do: d
        - { rule: silence, kind: silence, ledger: pay, by: ["@producer"], every: 5m, says: s, do: d }
        - { rule: gap, kind: gap, ledger: pay, by: [who], field: n, says: s, do: d }

        """;

    [Fact]
    public void All_that_was_planted_is_found_and_nothing_else()
    {
        WatchBench bench = new(Rules);
        Crowd crowd = new(new Random(20261130));
        HashSet<string> planted = [];

        // Nine kinds in turn, far from each other: 0.1 s is between two entries, so 27 hours go by.
        const int every = Entries / (9 * OfEachKind + 5);
        for (int i = 0; i < Entries; i++)
        {
            double at = i * 0.1;
            int number = (i / every) - 2;
            if (i % every == 0 && number >= 0 && number < 9 * OfEachKind)
            {
                _ = planted.Add(Plant(bench, crowd, number, at));
            }

            crowd.AddTo(bench, at);
        }

        string[] found = [.. bench.Found.Where(static one => one.IsFiring).Select(
            static one => $"{one.Rule} {string.Join(' ', one.Group.Select(static v => v.Value))}")];
        Assert.Equal(9 * OfEachKind, planted.Count);
        Assert.Equal(planted.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    /// <summary>Plants an incident of a kind.</summary>
    /// <returns>What is to be found: the rule and the group.</returns>
    private static string Plant(WatchBench bench, Crowd crowd, int number, double at)
    {
        string who = $"w{2 + (number / 9)}";
        switch (number % 9)
        {
            case 0:
                bench.Add(at, Json(who, "role.granted"));
                return $"match {who}";
            case 1:
                bench.Add(at, Json("w1", "key.made"));
                bench.Add(at, Json(who, "key.made"));
                return $"admin {who}";
            case 2:
                for (int i = 0; i < 6; i++)
                {
                    bench.Add(at + (i * 0.01), Json(who, "denied"));
                }

                return $"count {who}";
            case 3:
                bench.Add(at, $$"""{"who":"{{who}}","what":"export","size":100000}""");
                return $"sum {who}";
            case 4:
                for (int i = 0; i < 45; i++)
                {
                    bench.Add(at + (i * 0.001), $$"""{"who":"{{who}}","what":"read","thing":"far-{{i}}"}""");
                }

                return $"distinct {who}";
            case 5:
                bench.Add(at, Json($"stranger-{number}", "read"));
                return $"new stranger-{number}";
            case 6:
                // Never between one and two: the incident is planted at a time that is not allowed.
                bench.Add(at, Json($"w{30 + (number / 9)}", "backup"));
                return (at / 3_600 % 24) is >= 1 and < 2 ? "" : $"hours w{30 + (number / 9)}";
            case 7:
                crowd.Silence(number / 9);
                return $"silence p{number / 9}";
            default:
                crowd.Skip(number / 9);
                return $"gap w{number / 9}";
        }
    }

    private static string Json(string who, string what) => $$"""{"who":"{{who}}","what":"{{what}}"}""";

    /// <summary>Forty who write as always, by eight producers.</summary>
    private sealed class Crowd(Random random)
    {
        private const int People = 40;

        private readonly long[] _numbers = new long[People];
        private readonly HashSet<int> _silent = [];
        private readonly StringBuilder _json = new();

        public void Silence(int producer) => _silent.Add(producer);

        public void Skip(int who) => _numbers[who] += 3;

        public void AddTo(WatchBench bench, double at)
        {
            int who = random.Next(People);
            int producer = random.Next(8);
            producer = _silent.Contains(producer) ? 7 : producer;
            string what = random.Next(400) == 0 ? "denied" : random.Next(3) == 0 ? "paid" : "read";
            _ = _json.Clear().Append("{\"who\":\"w").Append(who).Append("\",\"what\":\"").Append(what)
                .Append("\",\"thing\":\"t").Append(random.Next(1_000)).Append("\",\"size\":").Append(random.Next(900))
                .Append(",\"n\":").Append(_numbers[who]++).Append('}');
            bench.Add(at, _json.ToString(), $"p{producer}");
        }
    }
}
