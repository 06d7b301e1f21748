// The first failure wins, everybody is told once, and every door throws it.

using LedgerStore.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Engine.Foundation;

public sealed class PoisonTests
{
    private readonly Poison _poison = new();

    [Fact]
    public void A_sound_store_lets_everybody_through()
    {
        _poison.ThrowIfSet();
        Assert.False(_poison.IsSet);
        Assert.Null(_poison.Cause);
    }

    [Fact]
    public void The_first_cause_stays_and_every_door_throws_it()
    {
        IOException first = new("the disk is gone");
        Assert.True(_poison.TrySet(first));
        Assert.False(_poison.TrySet(new IOException("later")));
        Assert.True(_poison.IsSet);
        Assert.Same(first, _poison.Cause);
        StorageFailedException thrown = Assert.Throws<StorageFailedException>(_poison.ThrowIfSet);
        Assert.Same(first, thrown.InnerException);
        Assert.Contains("the disk is gone", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Callbacks_run_once_also_those_that_come_late_and_one_that_throws_does_not_stop_the_others()
    {
        List<string> called = [];
        _poison.OnSet(cause => called.Add("first " + cause.Message));
        _poison.OnSet(_ => throw new InvalidOperationException("a bad callback"));
        _poison.OnSet(_ => called.Add("third"));
        _poison.TrySet(new IOException("x"));
        _poison.TrySet(new IOException("y"));
        _poison.OnSet(cause => called.Add("late " + cause.Message));
        Assert.Equal(["first x", "third", "late x"], called);
    }

    [Fact]
    public async Task Of_many_threads_one_wins_and_every_callback_runs_once()
    {
        for (int round = 0; round < 100; round++)
        {
            Poison poison = new();
            int called = 0;
            Task<bool>[] setters = [.. Enumerable.Range(0, 4).Select(i => Task.Run(() =>
            {
                poison.OnSet(_ => Interlocked.Increment(ref called));
                return poison.TrySet(new IOException($"{i}"));
            }))];
            bool[] won = await Task.WhenAll(setters);
            Assert.Equal(1, won.Count(w => w));
            Assert.Equal(4, called);
        }
    }
}
