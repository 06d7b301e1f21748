// Each kind of rule: when it fires, when it is over, and when it says nothing.

using LedgerStore.Guard;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class RuleKindTests
{
    private const string Sentences = "  says: s\n  do: d\n";

    [Fact]
    public void A_match_fires_once_and_is_over_when_it_was_quiet()
    {
        WatchBench bench = new(
            "- rule: gone\n  kind: match\n  ledger: pay\n  where: [what=user.*]\n  unless: [who=root]\n  by: [who]\n"
            + "  resolve_after: 10m\n" + Sentences);
        bench.Add(0, """{"who":"eve","what":"invoice.paid"}""");
        bench.Add(1, """{"who":"eve","what":"user.deleted"}""");
        bench.Add(2, """{"who":"root","what":"user.deleted"}""");
        bench.Add(300, """{"who":"eve","what":"user.deleted"}""");
        bench.Add(301, """{"who":"bob","what":"user.deleted"}""");
        bench.Pass(899);
        bench.Pass(900);
        bench.Pass(902);
        Assert.Equal(
            [
                "fires gone [eve] at 1 by 1", "fires gone [bob] at 301 by 4", "ends gone [eve] at 900 by 1,3",
                "ends gone [bob] at 901 by 4",
            ],
            bench.Told);
    }

    [Fact]
    public void An_entry_at_the_moment_at_which_it_would_be_over_goes_on_with_it()
    {
        WatchBench bench = new("- rule: m\n  kind: match\n  ledger: pay\n  resolve_after: 10s\n" + Sentences);
        bench.Add(0, "{}");
        bench.Add(10, "{}");
        bench.Add(20.000001, "{}");
        Assert.Equal(["fires m [] at 0 by 0", "ends m [] at 20 by 0,1", "fires m [] at 20 by 2"], bench.Told);
    }

    [Fact]
    public void A_count_fires_when_the_window_has_enough_and_not_one_earlier()
    {
        WatchBench bench = new(
            "- rule: c\n  kind: count\n  ledger: pay\n  by: [who]\n  at_least: 3\n  within: 1m\n" + Sentences);
        bench.Add(0, """{"who":"eve"}""");
        bench.Add(1, """{"who":"eve"}""");
        bench.Add(2, """{"who":"bob"}""");
        bench.Add(60, """{"who":"eve"}""");
        bench.Add(60.5, """{"who":"eve"}""");
        bench.Pass(1000);
        Assert.Equal(["fires c [eve] at 60 by 1,3,4", "ends c [eve] at 120 by 1,3,4"], bench.Told);
    }

    [Fact]
    public void A_count_of_a_field_adds_it_up()
    {
        WatchBench bench = new(
            "- rule: c\n  kind: count\n  ledger: pay\n  field: size\n  at_least: 1000\n  within: 1m\n"
            + "  says: \"{count} in {within} at {index}\"\n  do: d\n");
        bench.Add(0, """{"size":400}""");
        bench.Add(1, """{"size":599.5}""");
        bench.Add(2, """{"other":1}""");
        bench.Add(3, """{"size":0.5}""");
        Assert.Equal(["fires c [] at 3 by 0,1,2,3"], bench.Told);
        Assert.Equal("1000 in 1m at 3", bench.Found[0].Says);
    }

    [Fact]
    public void Different_values_count_once_each()
    {
        WatchBench bench = new(
            "- rule: d\n  kind: distinct\n  ledger: pay\n  by: [who]\n  field: thing\n  at_least: 3\n  within: 1m\n"
            + Sentences);
        foreach (string thing in new[] { "a", "b", "a", "b" })
        {
            bench.Add(1, $$"""{"who":"eve","thing":"{{thing}}"}""");
        }

        bench.Add(61.5, """{"who":"eve","thing":"c"}""");
        bench.Add(62, """{"who":"eve","thing":"d"}""");
        bench.Add(62.5, """{"who":"bob","thing":"e"}""");
        bench.Add(63, """{"who":"eve","thing":"e"}""");
        Assert.Equal(["fires d [eve] at 63 by 4,5,7"], bench.Told);
    }

    [Fact]
    public void A_value_is_new_behind_the_time_of_learning_and_after_it_was_away_for_long()
    {
        WatchBench bench = new(
            "- rule: n\n  kind: new\n  ledger: pay\n  by: [thing]\n  field: who\n  within: 2d\n  learn: 1d\n"
            + "  resolve_after: 1m\n  says: \"{value} at {thing}\"\n  do: d\n");
        const double day = 86_400;
        bench.Add(0, """{"who":"anna","thing":"x"}""");
        bench.Add(day - 1, """{"who":"bob","thing":"x"}""");
        bench.Add(day, """{"who":"anna","thing":"x"}""");
        bench.Add(day + 1, """{"who":"eve","thing":"x"}""");
        bench.Add(day + 2, """{"who":"anna","thing":"y"}""");
        bench.Add((3 * day) - 1, """{"who":"bob","thing":"x"}""");
        bench.Add((3 * day) + 1, """{"who":"anna","thing":"x"}""");
        Assert.Equal(
            ["eve at x", "anna at y", "anna at x"],
            bench.Found.Where(static one => one.IsFiring).Select(static one => one.Says));
    }

    [Fact]
    public void Hours_are_those_of_the_zone_with_its_summer_time()
    {
        WatchBench bench = new(
            "- rule: h\n  kind: hours\n  ledger: pay\n  zone: Europe/Berlin\n  allowed: [\"Mon-Fri 08:00-18:00\"]\n"
            + "  resolve_after: 1s\n" + Sentences);

        // Monday, 2 November: Berlin is one hour ahead. Saturday the 7th is out. In the summer of 2027 it is two.
        bench.Add((7 * 3_600) - 1, "{}");
        bench.Add(7 * 3_600, "{}");
        bench.Add((17 * 3_600) - 1, "{}");
        bench.Add(17 * 3_600, "{}");
        bench.Add((5 * 86_400) + (12 * 3_600), "{}");
        double monday = (DateTimeOffset.Parse("2027-07-05T00:00:00Z", null) - DateTimeOffset.UnixEpoch).TotalSeconds
            - (WatchBench.Start / (double)WatchBench.Second);
        bench.Add(monday + (6 * 3_600), "{}");
        bench.Add(monday + (16 * 3_600), "{}");
        Assert.Equal(
            ["0", "3", "4", "6"],
            bench.Found.Where(static one => one.IsFiring).Select(static one => $"{one.Cause.Indexes[0]}"));
    }

    [Fact]
    public void Silence_of_who_was_named_and_of_who_was_heard_is_told_at_its_deadline()
    {
        WatchBench bench = new(
            "- rule: s\n  kind: silence\n  ledger: pay\n  by: [who]\n  every: 1m\n  names: [never, often]\n" + Sentences
            + "- rule: p\n  kind: silence\n  ledger: pay\n  by: [\"@producer\"]\n  every: 5m\n" + Sentences);
        bench.Add(30, """{"who":"often"}""", producer: "app");
        bench.Add(61, """{"who":"other"}""");
        bench.Add(80, """{"who":"often"}""");
        bench.Add(140, """{"who":"often"}""");
        bench.Pass(200);
        bench.Pass(201);
        bench.Add(250, """{"who":"often"}""");
        bench.Pass(330.5);
        Assert.Equal(
            [
                "fires s [never] at 60 by ", "fires s [often] at 200 by 3", "ends s [often] at 250 by 3",
                "fires s [often] at 310 by 4", "fires p [app] at 330 by 0",
            ],
            bench.Told);
    }

    [Fact]
    public void Who_was_heard_of_and_is_silent_for_long_is_forgotten_and_who_is_named_is_not()
    {
        WatchBench bench = new(
            "- rule: s\n  kind: silence\n  ledger: pay\n  by: [who]\n  every: 1m\n  names: [named]\n  forget: 5m\n"
            + Sentences + "- rule: p\n  kind: silence\n  ledger: pay\n  by: [\"@producer\"]\n  every: 1m\n"
            + "  forget: 5m\n" + Sentences);
        bench.Add(30, """{"who":"named"}""", producer: "app");
        bench.Pass(100);
        bench.Add(200, """{"who":"named"}""", producer: "app");
        bench.Pass(499);
        Assert.Equal(
            [
                "fires p [app] at 90 by 0", "fires s [named] at 90 by 0", "ends s [named] at 200 by 0",
                "ends p [app] at 200 by 0", "fires p [app] at 260 by 1", "fires s [named] at 260 by 1",
            ],
            bench.Told);
        bench.Found.Clear();
        bench.Pass(10_000);
        Assert.Equal("ends p [app] at 500 by 1", Assert.Single(bench.Told));
        Assert.StartsWith("not waited for any more: ", bench.Found[0].Says, StringComparison.Ordinal);

        // Who comes back is waited for again.
        bench.Found.Clear();
        bench.Add(20_000, """{"who":"named"}""", producer: "app");
        bench.Pass(20_061);
        Assert.Equal(
            ["ends s [named] at 20000 by 1", "fires p [app] at 20060 by 2", "fires s [named] at 20060 by 2"],
            bench.Told.Order());
    }

    [Fact]
    public void A_count_that_skips_or_goes_back_is_a_gap()
    {
        WatchBench bench = new(
            "- rule: g\n  kind: gap\n  ledger: pay\n  by: [who]\n  field: n\n  resolve_after: 1s\n"
            + "  says: \"{value} and not {expected}, {count} missing\"\n  do: d\n");
        foreach ((int at, string who, int number) in new[]
        {
            (0, "a", 5), (1, "a", 6), (2, "b", 100), (3, "a", 7), (10, "a", 10), (20, "a", 9), (30, "b", 101),
        })
        {
            bench.Add(at, $$"""{"who":"{{who}}","n":{{number}}}""");
        }

        Assert.Equal(
            ["10 and not 8, 2 missing", "9 and not 11, 0 missing"],
            bench.Found.Where(static one => one.IsFiring).Select(static one => one.Says));
    }

    [Fact]
    public void Long_values_that_differ_only_at_their_end_are_two()
    {
        WatchBench bench = new(
            "- rule: c\n  kind: count\n  ledger: pay\n  by: [who]\n  at_least: 2\n  within: 1m\n" + Sentences);
        string name = new('x', 3_000);
        bench.Add(0, $$"""{"who":"{{name}}a"}""");
        bench.Add(1, $$"""{"who":"{{name}}b"}""");
        bench.Add(2, $$"""{"who":"{{name}}a"}""");
        Alert alert = Assert.Single(bench.Found);
        Assert.Equal([0UL, 2UL], alert.Cause.Indexes);
        Assert.InRange(alert.Group[0].Value.Length, 100, 256);
    }

    [Fact]
    public void A_rule_with_more_groups_than_are_kept_forgets_the_quiet_ones_and_says_so()
    {
        WatchBench bench = new(
            "- rule: c\n  kind: count\n  ledger: pay\n  by: [who]\n  at_least: 2\n  within: 1d\n" + Sentences);
        for (int i = 0; i <= GuardLimits.GroupsMax; i++)
        {
            bench.Add(i * 0.001, $$"""{"who":"w{{i}}"}""");
        }

        bench.Add(200, """{"who":"w0"}""");
        bench.Add(200, """{"who":"w500"}""");
        Assert.Equal(
            ["guard-limit", "c"], bench.Found.Where(static one => one.IsFiring).Select(static one => one.Rule));
        Assert.Equal("w500", bench.Found[^1].Group[0].Value);
    }

    [Fact]
    public void A_record_that_cannot_be_read_matches_no_rule_but_the_one_about_such_records()
    {
        WatchBench bench = new(
            "- rule: m\n  kind: match\n  ledger: pay\n  where: [what=x]\n" + Sentences
            + "- rule: o\n  kind: match\n  ledger: pay\n  where: [\"@opaque=true\"]\n" + Sentences);
        bench.Add(0, """{"what":"x","what" """);
        Assert.Equal(["fires o [] at 0 by 0"], bench.Told);
    }
}
