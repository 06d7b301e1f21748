// What an appender promises: each caller its index, the order of the calls, bounded memory, nothing lost at the end.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class AppenderTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Each_caller_gets_the_index_of_its_record()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using Appender appender = server.Appender(new AppenderOptions { Producer = "p" });
        (byte[] Record, Appended At)[] stored = await Task.WhenAll(Enumerable.Range(0, 64).Select(
            caller => Task.Run(async () =>
            {
                List<(byte[], Appended)> own = [];
                for (int i = 0; i < 50; i++)
                {
                    byte[] record = Record(caller, i);
                    own.Add((record, await appender.AppendAsync(record)));
                }

                return own;
            }))).ContinueWith(all => all.Result.SelectMany(own => own).ToArray(), TaskScheduler.Default);

        byte[][] payloads = server.Ledger.Payloads();
        Assert.Equal(64 * 50, payloads.Length);
        Assert.All(stored, each => Assert.Equal(each.Record, payloads[each.At.Index]));
        Assert.All(stored, each => Assert.Equal(each.At.Index + 1, each.At.Sequence));
    }

    [Fact]
    public async Task One_callers_records_are_in_the_order_of_the_calls_also_without_room()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        AppenderOptions narrow = new() { Producer = "p", MemoryBytesMax = 500 };
        await using Appender appender = server.Appender(narrow);
        Task<Appended>[] calls =
            [.. Enumerable.Range(0, 500).Select(i => appender.AppendAsync(Record(0, i)).AsTask())];
        Appended[] stored = await Task.WhenAll(calls).WaitAsync(s_patience);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (ulong)i), stored.Select(each => each.Index));
        Assert.Equal(Record(0, 499), server.Ledger.Payloads()[499]);
    }

    [Fact]
    public async Task A_batch_is_at_consecutive_indexes()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using Appender appender = server.Appender(new AppenderOptions());
        AppendedBatch[] stored = await Task.WhenAll(Enumerable.Range(0, 40).Select(caller => Task.Run(async () =>
        {
            byte[] records = [.. Record(caller, 0), .. Record(caller, 1), .. Record(caller, 2)];
            return await appender.AppendBatchAsync(records, Lengths(8, 8, 8));
        })));
        byte[][] payloads = server.Ledger.Payloads();
        for (int caller = 0; caller < 40; caller++)
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(Record(caller, i), payloads[stored[caller].FirstIndex + (ulong)i]);
            }
        }
    }

    [Fact]
    public async Task A_stalled_server_costs_a_bounded_amount_of_memory()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Ledger.Fault = (_, _) => new ValueTask(released.Task);
        AppenderOptions options = new() { Producer = "p", MemoryBytesMax = 100_000, WaitingCallsMax = 10 };
        await using Appender appender = server.Appender(options);
        int taken = 0;
        while (appender.TryPost(new byte[1000]))
        {
            taken++;
        }

        Assert.InRange(taken, 80, 100);
        Task[] waiting = [.. Enumerable.Range(0, 10).Select(_ => appender.PostAsync(new byte[1000]).AsTask())];
        Assert.All(waiting, each => Assert.False(each.IsCompleted));
        AppendException refused = await Assert.ThrowsAsync<AppendException>(
            async () => await appender.PostAsync(new byte[1000]));
        Assert.Equal(AppendOutcome.NotStored, refused.Outcome);
        Assert.InRange(appender.Status.MemoryBytes, 1, 100_000);

        released.SetResult();
        await Task.WhenAll(waiting).WaitAsync(s_patience);
        await appender.FlushAsync().WaitAsync(s_patience);
        Assert.Equal(taken + 10, server.Ledger.Payloads().Length);
        Assert.Equal(0, appender.Status.MemoryBytes);
    }

    [Fact]
    public async Task Waiting_for_room_can_be_cancelled_and_stores_nothing()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Ledger.Fault = (_, _) => new ValueTask(released.Task);
        await using Appender appender = server.Appender(new AppenderOptions { Producer = "p", MemoryBytesMax = 1 });
        Task<Appended> first = appender.AppendAsync(Record(0, 0)).AsTask();
        using CancellationTokenSource cancel = new();
        Task<Appended> second = appender.AppendAsync(Record(0, 1), cancel.Token).AsTask();
        Task<Appended> third = appender.AppendAsync(Record(0, 2)).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(s_patience));
        released.SetResult();
        Assert.Equal(0UL, (await first.WaitAsync(s_patience)).Index);
        Assert.Equal(1UL, (await third.WaitAsync(s_patience)).Index);
        Assert.Equal([Record(0, 0), Record(0, 2)], server.Ledger.Payloads());
    }

    [Fact]
    public async Task Disposing_delivers_everything_that_was_handed_over()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        Appender appender = server.Appender(new AppenderOptions { Producer = "p", MemoryBytesMax = 10_000 });
        for (int i = 0; i < 3000; i++)
        {
            await appender.PostAsync(Record(0, i));
        }

        await appender.DisposeAsync();
        await appender.DisposeAsync();
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => Record(0, i)), server.Ledger.Payloads());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await appender.AppendAsync(Record(0, 0)));
    }

    [Fact]
    public async Task A_new_appender_goes_on_with_the_producers_count()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        for (int run = 0; run < 3; run++)
        {
            await using Appender appender = server.Appender(new AppenderOptions { Producer = "p" });
            Assert.Equal((ulong)(run * 10) + 1, await appender.GetNextSequenceAsync(default));
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal((ulong)((run * 10) + i + 1), (await appender.AppendAsync(Record(run, i))).Sequence);
            }
        }
    }

    [Fact]
    public async Task A_refused_batch_is_not_stored_and_the_next_ones_are()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        int appends = 0;
        server.Ledger.Fault = (point, call) => point == FaultPoint.BeforeCommit && call.IsAppendStream
            && Interlocked.Increment(ref appends) == 3
            ? throw RpcException.Because(StatusCode.FailedPrecondition, "LEDGER_FROZEN", "frozen")
            : default;
        await using Appender appender = server.Appender(new AppenderOptions { Producer = "p" });
        List<Task<Appended>> calls = [];
        for (int i = 0; i < 6; i++)
        {
            // One batch each: what is under way is waited for.
            calls.Add(appender.AppendAsync(Record(0, i)).AsTask());
            await Task.WhenAny(calls[^1]);
        }

        AppendException refused = await Assert.ThrowsAsync<AppendException>(() => calls[2]);
        Assert.Equal((AppendOutcome.NotStored, "LEDGER_FROZEN"), (refused.Outcome, refused.Reason));
        Assert.Equal([0UL, 1, 2, 3, 4], calls.Where((_, i) => i != 2).Select(call => call.Result.Index));
        Assert.Equal([1UL, 2, 3, 4, 5], calls.Where((_, i) => i != 2).Select(call => call.Result.Sequence));
    }

    [Fact]
    public async Task Without_a_producer_a_lost_answer_is_an_unknown_outcome()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        int appends = 0;
        server.Ledger.Fault = (point, call) =>
        {
            if (point == FaultPoint.AfterCommit && Interlocked.Increment(ref appends) == 2)
            {
                call.GetHttpContext().Abort();
            }

            return default;
        };
        await using Appender appender = server.Appender(new AppenderOptions());
        await appender.AppendAsync(Record(0, 0));
        AppendException unknown = await Assert.ThrowsAsync<AppendException>(
            async () => await appender.AppendAsync(Record(0, 1)));
        Assert.Equal(AppendOutcome.Unknown, unknown.Outcome);
        Assert.Equal(2UL, (await appender.AppendAsync(Record(0, 2))).Index);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_given_up_after_a_while_and_nothing_is_stored()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using LedgerClient nowhere = new(new LedgerClientOptions
        {
            Address = new Uri("http://localhost:1"),
            AllowPlaintext = true,
        });
        AppenderOptions options = new() { Producer = "p", GiveUpAfter = TimeSpan.FromMilliseconds(100) };
        await using Appender appender = nowhere.CreateAppender("demo", options);
        AppendException lost = await Assert.ThrowsAsync<AppendException>(
            async () => await appender.AppendAsync(Record(0, 0)));
        Assert.Equal(AppendOutcome.NotStored, lost.Outcome);
        Assert.NotNull(appender.Status.LastError);
    }

    [Fact]
    public async Task What_became_of_posted_records_is_told_by_the_next_flush()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Ledger.Fault = static (point, _) => point == FaultPoint.BeforeCommit
            ? throw RpcException.Because(StatusCode.PermissionDenied, "DENIED", "no")
            : default;
        await using Appender appender = server.Appender(new AppenderOptions());
        await appender.PostAsync(Record(0, 0));
        AppendException denied = await Assert.ThrowsAsync<AppendException>(() => appender.FlushAsync());
        Assert.Equal(AppendOutcome.NotStored, denied.Outcome);
        server.Ledger.Fault = static (_, _) => default;
        await appender.PostAsync(Record(0, 1));
        await appender.FlushAsync();
    }

    [Fact]
    public async Task Limits_are_checked_before_anything_is_sent()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using Appender appender = server.Appender(new AppenderOptions());
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await appender.AppendAsync(new byte[LedgerStore.Client.Appender.RecordBytesMax + 1]));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await appender.AppendBatchAsync(new byte[3], Lengths(1, 1)));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await appender.AppendBatchAsync(ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<int>.Empty));
        Assert.Throws<ArgumentException>(() => server.Appender(new AppenderOptions { WindowBatches = 65 }));
        Assert.Throws<ArgumentException>(() => server.Appender(new AppenderOptions { SpoolDirectory = "x" }));
    }

    private static ReadOnlyMemory<int> Lengths(params int[] lengths) => lengths;

    internal static byte[] Record(int caller, int number) =>
        [.. BitConverter.GetBytes(caller), .. BitConverter.GetBytes(number)];
}
