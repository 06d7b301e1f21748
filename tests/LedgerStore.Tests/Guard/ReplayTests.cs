// Live and replay find the same, to the byte: however often the guard was restarted, and whenever times went by.

using LedgerStore.Guard;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class ReplayTests
{
    private const string Rules = """
        - { rule: m, kind: match, ledger: pay, where: [what=a], by: [who], resolve_after: 20s, says: "{who}", do: d }
        - { rule: c, kind: count, ledger: pay, by: [who], at_least: 4, within: 30s, says: "{who} {count}", do: d }
        - { rule: z, kind: count, ledger: pay, field: size, at_least: 900, within: 30s, says: "{count}", do: d }
        - { rule: d, kind: distinct, ledger: pay, by: [who], field: thing, at_least: 4, within: 30s, says: s, do: d }
        - { rule: n, kind: new, ledger: pay, by: [who], field: thing, within: 2m, learn: 1m, says: "{value}", do: d }
        - rule: h
          kind: hours
          ledger: pay
          allowed: ["Mon 00:00-00:05"]
          by: [who]
          resolve_after: 9s
          says: "{who} {index}"
          do: d
        - { rule: s, kind: silence, ledger: pay, by: [who], every: 40s, names: [w1, w2, nobody], says: s, do: d }
        - { rule: q, kind: silence, ledger: pay, by: ["@producer"], every: 25s, says: "{@producer}", do: d }
        - { rule: g, kind: gap, ledger: pay, by: [who], field: n, resolve_after: 5s, says: "{value} {expected}", do: d }

        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Restarts_and_heartbeats_change_nothing(int seed)
    {
        string directory = Directory.CreateTempSubdirectory("ledgerstore-guard-").FullName;
        try
        {
            (double At, string Json, string Producer)[] entries = [.. Entries(new Random(seed), 3_000)];
            WatchBench plain = new(Rules);
            WatchBench live = new(Rules);
            Random chance = new(seed + 1_000);
            double last = 0;
            foreach ((double at, string json, string producer) in entries)
            {
                plain.Add(at, json, producer);
                if (chance.Next(3) == 0)
                {
                    live.Pass(last + ((at - last) * chance.NextDouble()));
                }

                if (chance.Next(40) == 0)
                {
                    live.Restart(directory);
                }

                live.Add(at, json, producer);
                last = at;
            }

            plain.Pass(last + 10_000);
            live.Pass(last + 17);
            live.Pass(last + 10_000);
            Assert.Equal(plain.Found.Select(Text), live.Found.Select(Text));
            Assert.Equal(9, plain.Found.Select(static one => one.Rule).Distinct().Count());
            Assert.Equal(plain.Found.Count, plain.Found.Select(static one => one.Id).Distinct().Count());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Text(Alert alert) => System.Text.Encoding.UTF8.GetString(AlertJson.Write(alert));

    private static IEnumerable<(double At, string Json, string Producer)> Entries(Random random, int count)
    {
        int[] numbers = new int[6];
        double at = 0;
        for (int i = 0; i < count; i++)
        {
            at += random.Next(12) == 0 ? random.Next(60) : random.NextDouble();
            int who = random.Next(numbers.Length);
            numbers[who] += random.Next(20) == 0 ? random.Next(-3, 4) : 1;
            string what = random.Next(30) == 0 ? "a" : "b";
            yield return (
                Math.Round(at, 6),
                $$"""{"who":"w{{who}}","what":"{{what}}","thing":"t{{random.Next(12)}}","""
                    + $"\"size\":{random.Next(100)},\"n\":{numbers[who]}}}",
                random.Next(2) == 0 ? "" : $"p{random.Next(3)}");
        }
    }
}
