// Exactly once and in order, for every history: the table against a model that remembers everything, through frames
// that become durable, are taken back, are recycled after a snapshot, and through crashes that lose the rest.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using Xunit;

namespace LedgerStore.Tests.Engine.Ledgers;

public sealed class ProducerTableTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, Long ? 2000 : 60)];

    private static bool Long => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_decides_like_a_model_that_remembers_everything(int seed)
    {
        var run = new ProducerHistory(seed);
        for (int step = 0; step < 3000; step++)
        {
            run.Step();
        }

        run.CheckAll();
    }

    [Fact]
    public void A_retry_gets_the_first_answer_and_the_position_to_wait_for()
    {
        var table = new ProducerTable(10);
        BatchAnswer answer = new(1, 3, 100, 555, 7);
        Append(table, "id", "p", answer, 42);
        ProducerDecision decision = table.Decide(Name("id", "p"), 1, 3, 7, out _);
        Assert.Equal(new ProducerDecision(ProducerVerdict.Duplicate, 4, answer, 42), decision);
    }

    [Fact]
    public void The_65th_batch_back_is_too_old_and_never_appended_again()
    {
        var table = new ProducerTable(10);
        for (int i = 0; i < 65; i++)
        {
            Append(table, "id", "p", new(1 + 2 * i, 2, 2 * i, i, (UInt128)i), 10 + i);
        }

        Assert.Equal(ProducerVerdict.TooOld, table.Decide(Name("id", "p"), 1, 2, 0, out _).Verdict);
        Assert.Equal(ProducerVerdict.Duplicate, table.Decide(Name("id", "p"), 3, 2, 1, out _).Verdict);
        Assert.Equal(ProducerVerdict.Append, table.Decide(Name("id", "p"), 131, 2, 1, out _).Verdict);

        // Whoever is told "too old" believes that it is stored: it must be durable first.
        Assert.Equal(11, table.Decide(Name("id", "p"), 1, 2, 0, out _).Position);
    }

    [Fact]
    public void A_batch_that_reaches_beyond_what_was_appended_is_never_called_too_old()
    {
        var table = new ProducerTable(10);
        table.Restore(new ProducerSnapshot("id"u8.ToArray(), "p"u8.ToArray(), 100, []));
        Assert.Equal(ProducerVerdict.TooOld, table.Decide(Name("id", "p"), 90, 11, 0, out _).Verdict);
        Assert.Equal(ProducerVerdict.Conflict, table.Decide(Name("id", "p"), 90, 12, 0, out _).Verdict);
        Assert.Equal(ProducerVerdict.Append, table.Decide(Name("id", "p"), 101, 1, 0, out _).Verdict);
    }

    [Fact]
    public void Names_of_different_identities_are_different_producers()
    {
        var table = new ProducerTable(10);
        Append(table, "ab", "c", new(1, 1, 0, 1, 0), 1);
        Assert.Equal(ProducerVerdict.Gap, table.Decide(Name("a", "bc"), 2, 1, 0, out _).Verdict);
        Assert.Equal(ProducerVerdict.Append, table.Decide(Name("ab", "c"), 2, 1, 0, out _).Verdict);
        Assert.Equal(ProducerVerdict.Append, table.Decide(Name("", "c"), 1, 1, 0, out _).Verdict);
    }

    [Fact]
    public void An_identity_has_a_bounded_number_of_producers_and_a_refused_one_leaves_no_trace()
    {
        var table = new ProducerTable(2);
        Append(table, "id", "a", new(1, 1, 0, 1, 0), 1);
        Append(table, "id", "b", new(1, 1, 0, 1, 0), 1);
        var refusal = Assert.Throws<StoreException>(() => table.Decide(Name("id", "c"), 1, 1, 0, out _));
        Assert.Equal(StoreReason.LimitReached, refusal.Reason);
        Assert.Contains("2 producers", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ProducerVerdict.Append, table.Decide(Name("id", "a"), 2, 1, 0, out _).Verdict);
        Assert.Equal(ProducerVerdict.Append, table.Decide(Name("other", "c"), 1, 1, 0, out _).Verdict);
        Assert.Equal(2, table.Count);

        // What is in the journal was acknowledged: recovery takes it whatever the limit is now.
        Assert.True(table.TryReplay(Name("id", "c"), new(1, 1, 0, 1, 0), 1));
    }

    [Fact]
    public void An_identity_has_a_bounded_number_of_producers_over_all_ledgers()
    {
        ProducerCensus census = new(3);
        var one = new ProducerTable(10, census);
        var other = new ProducerTable(10, census);
        Append(one, "id", "a", new(1, 1, 0, 1, 0), 1);
        Append(one, "id", "b", new(1, 1, 0, 1, 0), 1);
        Append(other, "id", "a", new(1, 1, 0, 1, 0), 1);
        var refusal = Assert.Throws<StoreException>(() => other.Decide(Name("id", "b"), 1, 1, 0, out _));
        Assert.Equal(StoreReason.LimitReached, refusal.Reason);
        Assert.Contains("3 producers on all ledgers", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ProducerVerdict.Append, other.Decide(Name("id", "a"), 2, 1, 0, out _).Verdict);
        Assert.Equal(ProducerVerdict.Append, other.Decide(Name("id2", "b"), 1, 1, 0, out _).Verdict);

        // What a ledger remembers from before is taken, and counts.
        Assert.True(other.TryReplay(Name("id", "b"), new(1, 1, 0, 1, 0), 1));
        Assert.Equal(4, census.CountOf("id"u8));
    }

    [Fact]
    public void A_journal_that_contradicts_the_snapshot_is_noticed()
    {
        var table = new ProducerTable(10);
        table.Restore(new ProducerSnapshot("i"u8.ToArray(), "p"u8.ToArray(), 5, [new(4, 2, 7, 9, 1)]));
        Assert.True(table.TryReplay(Name("i", "p"), new(1, 3, 0, 1, 0), 1));
        Assert.True(table.TryReplay(Name("i", "p"), new(4, 2, 7, 9, 1), 1));
        Assert.False(table.TryReplay(Name("i", "p"), new(4, 2, 8, 9, 1), 1));
        Assert.False(table.TryReplay(Name("i", "p"), new(5, 1, 7, 9, 1), 1));
        Assert.False(table.TryReplay(Name("i", "p"), new(3, 2, 7, 9, 1), 1));
        Assert.False(table.TryReplay(Name("i", "p"), new(7, 1, 9, 9, 1), 1));
        Assert.False(table.TryReplay(Name("i", "new"), new(2, 1, 9, 9, 1), 1));
        Assert.True(table.TryReplay(Name("i", "p"), new(6, 1, 9, 9, 1), 1));
    }

    [Fact]
    public void A_batch_costs_no_allocation_once_its_producer_is_known()
    {
        var table = new ProducerTable(10);
        byte[] identity = "spiffe://example.org/payments"u8.ToArray();
        byte[] producer = "payments-1"u8.ToArray();
        long allocated = 0;
        for (int i = 0; i < 1000; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var name = new ProducerName(identity, producer);
            table.Decide(name, i + 1, 1, 5, out ProducerWindow? window);
            table.Record(name, window, new(i + 1, 1, i, i, 5), i + 1);
            if (i >= 100)
            {
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Snapshots_are_collected_in_portions_while_batches_come_in()
    {
        var table = new ProducerTable(1000);
        for (int i = 0; i < 100; i++)
        {
            Append(table, "id", "p" + i, new(1, 1, i, 1, 0), 1);
        }

        var snapshots = new List<ProducerSnapshot>();
        int cursor = 0;
        int calls = 0;
        while (cursor >= 0)
        {
            cursor = table.CollectSnapshots(1, cursor, 7, snapshots);
            Append(table, "id", "q" + calls++, new(1, 1, calls, 1, 0), 2);
        }

        Assert.Equal(100, snapshots.Count);
        table.MarkSaved(1);
        snapshots.Clear();
        table.CollectSnapshots(1, 0, int.MaxValue, snapshots);
        Assert.Empty(snapshots);
        table.CollectSnapshots(2, 0, int.MaxValue, snapshots);
        Assert.Equal(calls, snapshots.Count);
    }

    private static ProducerName Name(string identity, string producer) =>
        new(Encoding.UTF8.GetBytes(identity), Encoding.UTF8.GetBytes(producer));

    private static void Append(ProducerTable table, string identity, string producer, BatchAnswer answer, long position)
    {
        ProducerDecision decision = table.Decide(
            Name(identity, producer), answer.FirstSequence, answer.Count, answer.Fingerprint,
            out ProducerWindow? window);
        Assert.Equal(ProducerVerdict.Append, decision.Verdict);
        table.Record(Name(identity, producer), window, answer, position);
    }
}
