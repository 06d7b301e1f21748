// The watermark: monotonic, bounded, nobody sleeps through an advance, nobody hangs after a fault.

using LedgerStore.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Engine.Foundation;

public sealed class WatermarkTests
{
    private static readonly CancellationToken s_never = CancellationToken.None;

    [Fact]
    public void It_advances_and_never_goes_back()
    {
        Watermark mark = new(10, waitersMax: 1);
        Assert.Equal(10, mark.Value);
        Assert.True(mark.AdvanceTo(12));
        Assert.False(mark.AdvanceTo(12));
        Assert.Equal(12, mark.Value);
        Assert.Throws<InvariantException>(() => mark.AdvanceTo(11));
    }

    [Fact]
    public void Waiting_for_what_is_reached_completes_at_once()
    {
        Watermark mark = new(10, waitersMax: 0);
        Task waiting = mark.WaitForAsync(10, s_never).AsTask();
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task An_advance_wakes_exactly_those_whose_value_is_reached()
    {
        Watermark mark = new(0, waitersMax: 10);
        Task one = mark.WaitForAsync(1, s_never).AsTask();
        Task five = mark.WaitForAsync(5, s_never).AsTask();
        Task alsoFive = mark.WaitForAsync(5, s_never).AsTask();
        Task six = mark.WaitForAsync(6, s_never).AsTask();
        Assert.Equal(4, mark.WaiterCount);

        mark.AdvanceTo(5);
        await Task.WhenAll(one, five, alsoFive);
        Assert.False(six.IsCompleted);
        Assert.Equal(1, mark.WaiterCount);
        mark.AdvanceTo(100);
        await six;
        Assert.Equal(0, mark.WaiterCount);
    }

    [Fact]
    public async Task Continuations_do_not_run_on_the_thread_that_advances()
    {
        Watermark mark = new(0, waitersMax: 10);
        int continuedOn = 0;
        Task waiting = Task.Run(async () =>
        {
            await mark.WaitForAsync(1, s_never).ConfigureAwait(false);
            continuedOn = Environment.CurrentManagedThreadId;
        });
        SpinWait.SpinUntil(() => mark.WaiterCount == 1);
        Thread advancing = new(() => mark.AdvanceTo(1));
        advancing.Start();
        advancing.Join();
        await waiting;
        Assert.NotEqual(advancing.ManagedThreadId, continuedOn);
    }

    [Fact]
    public async Task Waiters_are_bounded_and_a_place_comes_back_by_waking_and_by_cancelling()
    {
        Watermark mark = new(0, waitersMax: 2);
        Task one = mark.WaitForAsync(1, s_never).AsTask();
        using CancellationTokenSource cancelling = new();
        Task cancelled = mark.WaitForAsync(2, cancelling.Token).AsTask();
        TooManyWaitersException full =
            await Assert.ThrowsAsync<TooManyWaitersException>(() => mark.WaitForAsync(3, s_never).AsTask());
        Assert.Equal(2, full.Limit);

        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Task three = mark.WaitForAsync(3, s_never).AsTask();
        mark.AdvanceTo(1);
        await one;
        mark.AdvanceTo(3);
        await three;
    }

    [Fact]
    public async Task A_fault_fails_those_who_wait_and_those_who_come_later_but_not_what_was_reached()
    {
        Watermark mark = new(5, waitersMax: 10);
        Task waiting = mark.WaitForAsync(6, s_never).AsTask();
        IOException cause = new("the disk is gone");
        mark.Fault(cause);
        mark.Fault(new IOException("later"));
        Assert.Same(cause, await Assert.ThrowsAsync<IOException>(() => waiting));
        Assert.Same(cause, await Assert.ThrowsAsync<IOException>(() => mark.WaitForAsync(7, s_never).AsTask()));
        await mark.WaitForAsync(5, s_never);
        Assert.Equal(0, mark.WaiterCount);
    }

    [Fact]
    public async Task Many_waiters_race_with_the_writer_and_nobody_sleeps_on()
    {
        const int Last = 20_000;
        Watermark mark = new(0, waitersMax: 100);
        Task[] readers = [.. Enumerable.Range(0, 4).Select(reader => Task.Run(async () =>
        {
            for (long wanted = 1; wanted <= Last; wanted += 1 + (reader * 3))
            {
                await mark.WaitForAsync(wanted, s_never);
                Assert.True(mark.Value >= wanted);
                wanted = Math.Max(wanted, mark.Value - 2);
            }
        }))];
        Task writer = Task.Run(() =>
        {
            for (int i = 1; i <= Last; i++)
            {
                mark.AdvanceTo(i);
                Thread.SpinWait(i % 50);
            }
        });
        await Task.WhenAll([.. readers, writer]);
        Assert.Equal(0, mark.WaiterCount);
    }

    [Fact]
    public async Task Cancelling_races_with_waking_and_leaves_nothing_behind()
    {
        for (int i = 0; i < 500; i++)
        {
            Watermark mark = new(0, waitersMax: 1);
            using CancellationTokenSource cancelling = new();
            Task waiting = mark.WaitForAsync(1, cancelling.Token).AsTask();
            Task cancel = Task.Run(cancelling.Cancel);
            mark.AdvanceTo(1);
            await cancel;
            await Task.WhenAny(waiting);
            Assert.Equal(0, mark.WaiterCount);
        }
    }
}
