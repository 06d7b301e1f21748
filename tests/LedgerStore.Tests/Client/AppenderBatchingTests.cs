// What travels together: those whom one answer sets free append in one batch, and a slow one of them holds up nobody.

using LedgerStore.Client;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class AppenderBatchingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task CallersWhomOneAnswerSetsFreeAreOneBatchAgain()
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
        }))).WaitAsync(Patience);

        // The first of them alone and the others behind it would be two batches in each round.
        Assert.Equal(callers * rounds, server.Ledger.Payloads().Length);
        Assert.InRange(batches, rounds, rounds * 3 / 2);
    }

    [Fact]
    public async Task ACallerWhoHasOtherThingsToDoHoldsUpNobody()
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
        await begun.Task.WaitAsync(Patience);
        for (int i = 0; i < 20; i++)
        {
            await appender.AppendAsync(new byte[8]).AsTask().WaitAsync(Patience);
        }

        goOn.Set();
        await slow.WaitAsync(Patience);
        Assert.Equal(21, server.Ledger.Payloads().Length);
    }

    [Fact]
    public async Task AFewRecordsLeaveBehindAFew()
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
        await Task.WhenAll(first, second).WaitAsync(Patience);
    }
}
