// What floods of denied and summed calls can write to _audit and keep in memory: counted on a clock of the test, a day
// in a moment.

using Google.Protobuf;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Tests.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class SumBookTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<WaitingSum> _taken = [];

    [Fact]
    public void A_day_of_floods_writes_no_more_than_its_budget_and_loses_no_count()
    {
        SumBook book = Denials();
        Random random = new(20_261_130);
        const int Step = 20;
        long calls = 0, singles = 0, sums = 0, counted = 0;
        for (int second = 0; second < 86_400; second += Step)
        {
            for (int call = 0; call < 400; call++, calls++)
            {
                string ledger = $"ledger-{random.Next(1_000)}";
                SumKey key = random.Next(2) == 0
                    ? Key($"identity-{random.Next(200)}", ledger, "192.0.2.0/24")
                    : Key(string.Empty, ledger, $"10.{random.Next(256)}.{random.Next(256)}.0/24");
                singles += book.IsSingle(key) ? 1 : 0;
            }

            Take(book);
            (sums, counted) = (sums + _taken.Count, counted + _taken.Sum(sum => sum.Count));
            Assert.InRange(book.Waiting, 0, MostWaiting(identities: 200));
            _time.Pass(TimeSpan.FromSeconds(Step));
        }

        long budget = ServerLimits.DenialsNamed.EntriesPerDay + ServerLimits.DenialsUnnamed.EntriesPerDay;
        Assert.InRange(singles + sums, budget * 8 / 10, budget);
        _taken.Clear();
        book.TakeAll(_taken);
        Assert.Equal(calls, singles + counted + _taken.Sum(sum => sum.Count));
    }

    [Fact]
    public void The_bound_of_a_day_is_the_one_in_the_documents()
    {
        Assert.Equal(66_080, ServerLimits.DenialBytesPerDay / ServerLimits.SumEntryBytes);
        Assert.Equal(99_392, ServerLimits.AccessBytesPerDay / ServerLimits.SumEntryBytes);
        Assert.InRange(ServerLimits.DenialBytesPerDay, 0, 65L << 20);
        Assert.InRange(ServerLimits.AccessBytesPerDay, 0, 98L << 20);
        string document = Policy.Samples.RepositoryFile("docs", "OPERATIONS.md");
        Assert.Contains("66,080", document, StringComparison.Ordinal);
        Assert.Contains("99,392", document, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_entry_is_as_large_as_the_bound_says()
    {
        string text = new('x', 10_000);
        Denials denials = new()
        {
            Identity = new string('i', 63),
            Call = "/" + new string('l', 63) + "/" + new string('t', LedgerStore.Proofs.TilePath.BytesMax),
            Ledger = AuditText.Of(text),
            Peer = new string('p', 64),
            Reason = AuditText.Of(text, ServerLimits.ReasonLength),
            Count = ulong.MaxValue,
            Since = new() { Seconds = 253_402_300_799, Nanos = 999_999_999 },
        };

        // What the store puts around it: a time, its name, the content type, a salt, and the lengths.
        const int Envelope = 128;
        Assert.InRange(new Event { Denials = denials }.ToByteArray().Length + Envelope, 1, ServerLimits.SumEntryBytes);
    }

    [Fact]
    public void A_named_identity_is_never_pushed_out_by_those_nobody_knows()
    {
        SumBook book = Denials();
        for (int number = 0; number < 100_000; number++)
        {
            SumKey unknown = Key(string.Empty, $"l{number}", $"10.{number % 256}.{number / 256 % 256}.0/24");
            book.IsSingle(unknown);
        }

        Assert.True(book.IsSingle(Key("payments", "demo", "192.0.2.0/24")));
        for (int number = 0; number < 1_000; number++)
        {
            book.Count(Key("payments", "demo", "192.0.2.0/24"));
        }

        Take(book);
        Assert.Equal(1_000, Assert.Single(_taken, sum => sum.Key.Identity == "payments").Count);
        Assert.All(_taken, sum => Assert.True(sum.Key.Identity is "payments" or ""));
    }

    [Fact]
    public void Of_many_ledgers_of_one_identity_some_are_told_apart_and_the_rest_is_still_its_own()
    {
        SumBook book = Denials();
        for (int number = 0; number < 5_000; number++)
        {
            book.Count(Key("idle", $"l{number}", "192.0.2.0/24"));
        }

        Take(book);
        Assert.Equal(ServerLimits.DenialsNamed.SourceDetails + 1, _taken.Count);
        Assert.All(_taken, sum => Assert.Equal("idle", sum.Key.Identity));
        Assert.Equal(5_000 - ServerLimits.DenialsNamed.SourceDetails, _taken[^1].Count);
        Assert.Equal(SumKey.Other, _taken[^1].Key.Ledger);
    }

    [Fact]
    public void The_longer_a_flood_lasts_the_longer_is_what_one_sum_stands_for()
    {
        SumBook book = Denials();
        List<int> seconds = [];
        for (int second = 0; second < 7_200; second++)
        {
            book.IsSingle(Key("idle", "demo", "192.0.2.0/24"));
            for (int call = 0; call < 50; call++)
            {
                book.IsSingle(Key("idle", "demo", "192.0.2.0/24"));
            }

            Take(book);
            if (_taken.Count > 0)
            {
                seconds.Add(second);
            }

            _time.Pass(s_second);
        }

        Assert.Equal([0, 1, 2], seconds.Take(3));
        Assert.Equal(60, seconds[^1] - seconds[^2]);
        Assert.InRange(seconds.Count, 120, 184);
    }

    [Fact]
    public void After_a_quiet_hour_denials_are_recorded_one_by_one_again()
    {
        SumBook book = Denials();
        SumKey key = Key("idle", "demo", "192.0.2.0/24");
        for (int second = 0; second < 100; second++)
        {
            Enumerable.Range(0, 20).ToList().ForEach(_ => book.IsSingle(key));
            Take(book);
            _time.Pass(s_second);
        }

        Assert.False(book.IsSingle(key));
        _time.Pass(TimeSpan.FromHours(2));
        Take(book);
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => book.IsSingle(key)));
    }

    [Fact]
    public void Open_tiles_of_names_that_do_not_exist_cost_what_one_identity_costs()
    {
        SumBook book = new(ServerLimits.AccessesNamed, ServerLimits.AccessesUnnamed, singlesPerSecond: 0, _time);
        long entries = 0;
        for (int second = 0; second < 86_400; second += 10)
        {
            for (int call = 0; call < 200; call++)
            {
                entries += book.IsSingle(new SumKey("anonymous", "tile", $"public.{second}-{call}", "", "")) ? 1 : 0;
            }

            Take(book);
            entries += _taken.Count;
            _time.Pass(TimeSpan.FromSeconds(10));
        }

        Assert.InRange(entries, 1, ServerLimits.AccessesUnnamed.EntriesPerDay);
        Assert.True(book.IsSingle(new SumKey("auditor", "proof", "demo", "", "")));
    }

    private static int MostWaiting(int identities) => ServerLimits.DenialsNamed.Details + identities
        + ServerLimits.DenialsUnnamed.Details + ServerLimits.DenialsUnnamed.Sources + 1;

    private static SumKey Key(string identity, string ledger, string network) =>
        new(identity, "ledgerstore.v1.Appender/Append", ledger, network, "no binding gives it");

    private SumBook Denials() =>
        new(ServerLimits.DenialsNamed, ServerLimits.DenialsUnnamed, ServerLimits.SingleDenials, _time);

    private void Take(SumBook book)
    {
        _taken.Clear();
        book.Take(_taken);
    }
}
