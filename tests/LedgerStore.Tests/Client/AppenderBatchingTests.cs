// What travels together: those whom one answer sets free append in one batch, and a slow one of them holds up nobody.

using LedgerStore.Client;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class AppenderBatchingTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Callers_whom_one_answer_sets_free_are_one_batch_again()
    {
        const int callers = 64, rounds = 100;
        await using FakeServer server = await FakeServer.StartAsync();
        int batches = 0;
        server.Ledger.Fault = (point, _) =>
        {
            batches += point == FaultPoint.BeforeCommit ? 1 : 0;
            return default;
        };
        await using Appender appender = server.Appender(new AppenderOptions { Producer = "p" });
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < rounds; i++)
            {
                await appender.AppendAsync(new byte[8]);
            }
        }))).WaitAsync(s_patience);

        // The first of them alone and the others behind it would be two batches in each round.
        Assert.Equal(callers * rounds, server.Ledger.Payloads().Length);
        Assert.InRange(batches, rounds, rounds * 3 / 2);
    }

    [Fact]
    public async Task A_caller_who_has_other_things_to_do_holds_up_nobody()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using Appender appender = server.Appender(new AppenderOptions { Producer = "p" });
        using ManualResetEventSlim goOn = new();
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task slow = Task.Run(async () =>
        {
            await appender.AppendAsync(new byte[8]).ConfigureAwait(false);
            begun.SetResult();
            goOn.Wait();
        });
        await begun.Task.WaitAsync(s_patience);
        for (int i = 0; i < 20; i++)
        {
            await appender.AppendAsync(new byte[8]).AsTask().WaitAsync(s_patience);
        }

        goOn.Set();
        await slow.WaitAsync(s_patience);
        Assert.Equal(21, server.Ledger.Payloads().Length);
    }

    [Fact]
    public async Task A_few_records_leave_behind_a_few()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Ledger.Fault = (point, _) =>
            point == FaultPoint.AfterCommit ? new ValueTask(released.Task) : default;
        await using Appender appender = server.Appender(new AppenderOptions { Producer = "p" });
        Task<Appended> first = appender.AppendAsync(new byte[8]).AsTask();
        while (appender.Status.BatchesInFlight < 1)
        {
            await Task.Delay(1);
        }

        Task<Appended> second = appender.AppendAsync(new byte[8]).AsTask();
        while (appender.Status.BatchesInFlight < 2)
        {
            await Task.Delay(1);
        }

        Assert.False(first.IsCompleted || second.IsCompleted);
        released.SetResult();
        await Task.WhenAll(first, second).WaitAsync(s_patience);
    }
}
