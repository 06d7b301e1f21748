// The worker: no signal is lost, stopping finishes the work, failing poisons.

using System.Collections.Concurrent;
using LedgerStore.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Engine.Foundation;

public sealed class WorkerThreadTests
{
    private readonly Poison _poison = new();
    private readonly Doorbell _bell = new();

    [Fact]
    public void It_runs_on_its_own_named_thread()
    {
        using ManualResetEventSlim ran = new();
        string? name = null;
        using WorkerThread worker = new("bundler", () =>
        {
            name = Thread.CurrentThread.Name;
            ran.Set();
            return false;
        }, _poison, _bell);
        worker.Start();
        ran.Wait();
        Assert.Equal("bundler", name);
        Assert.Equal("bundler", worker.Name);
    }

    [Fact]
    public void No_signal_is_ever_lost()
    {
        ConcurrentQueue<int> work = new();
        using SemaphoreSlim done = new(0);
        using WorkerThread worker = new("worker", () =>
        {
            if (!work.TryDequeue(out _))
            {
                return false;
            }

            done.Release();
            return true;
        }, _poison, _bell);
        worker.Start();
        for (int i = 0; i < 20_000; i++)
        {
            work.Enqueue(i);
            _bell.Ring();
            if (i % 100 < 50)
            {
                // One at a time: a lost signal would hang here.
                done.Wait();
            }
        }

        for (int i = 0; i < 10_000; i++)
        {
            done.Wait();
        }

        Assert.Empty(work);
    }

    [Fact]
    public void Stopping_finishes_what_was_handed_in()
    {
        for (int round = 0; round < 50; round++)
        {
            int left = 100;
            WorkerThread worker = new("worker", () => Interlocked.Decrement(ref left) >= 0, _poison, _bell);
            worker.Start();
            worker.StopAndJoin();
            worker.StopAndJoin();
            worker.Dispose();
            _bell.Ring();
            Assert.True(left < 0);
        }
    }

    [Fact]
    public void Stopping_a_worker_that_was_never_started_does_nothing()
    {
        WorkerThread worker = new("worker", () => throw new InvalidOperationException("ran"), _poison, _bell);
        worker.StopAndJoin();
        Assert.False(_poison.IsSet);
    }

    [Fact]
    public void An_exception_poisons_the_store_and_ends_the_thread()
    {
        IOException cause = new("the disk is gone");
        WorkerThread worker = new("worker", () => throw cause, _poison, _bell);
        worker.Start();
        worker.StopAndJoin();
        Assert.Same(cause, _poison.Cause);
    }

    [Fact]
    public void A_poison_set_elsewhere_ends_the_thread_even_when_there_is_always_work()
    {
        using ManualResetEventSlim ran = new();
        WorkerThread busy = new("busy", () =>
        {
            ran.Set();
            return true;
        }, _poison, _bell);
        WorkerThread idle = new("idle", () => false, _poison, new Doorbell());
        busy.Start();
        idle.Start();
        ran.Wait();
        _poison.TrySet(new IOException("x"));
        busy.StopAndJoin();
        idle.StopAndJoin();
    }

    [Fact]
    public void A_worker_that_stops_itself_is_our_bug()
    {
        WorkerThread? worker = null;
        worker = new WorkerThread("worker", () =>
        {
            worker!.StopAndJoin();
            return false;
        }, _poison, _bell);
        worker.Start();
        worker.StopAndJoin();
        Assert.IsType<InvariantException>(_poison.Cause);
    }
}
