// The resource goes exactly once: when it is closed and the last lease is back, in any order and from any thread.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Engine.Files;

public sealed class LeaseCounterTests
{
    private int _released;

    [Fact]
    public void Closing_without_leases_releases_at_once_and_once()
    {
        LeaseCounter counter = NewCounter();
        counter.Close();
        counter.Close();
        Assert.Equal(1, _released);
        Assert.False(counter.TryAcquire());
        Assert.True(counter.IsClosed);
    }

    [Fact]
    public void The_last_lease_releases()
    {
        LeaseCounter counter = NewCounter();
        Assert.True(counter.TryAcquire());
        Assert.True(counter.TryAcquire());
        counter.Release();
        counter.Close();
        Assert.Equal(1, counter.Count);
        Assert.Equal(0, _released);
        counter.Release();
        Assert.Equal(1, _released);
    }

    [Fact]
    public void Returning_to_zero_does_not_release_what_is_not_closed()
    {
        LeaseCounter counter = NewCounter();
        Assert.True(counter.TryAcquire());
        counter.Release();
        Assert.Equal(0, _released);
        Assert.True(counter.TryAcquire());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lease_returned_twice_is_our_bug(bool closed)
    {
        LeaseCounter counter = NewCounter();
        if (closed)
        {
            counter.Close();
        }

        Assert.Throws<InvariantException>(counter.Release);
    }

    [Fact]
    public async Task Readers_and_closing_race_and_nobody_reads_what_was_released()
    {
        for (int round = 0; round < 200; round++)
        {
            int released = 0;
            int violations = 0;
            LeaseCounter counter = new(() => Interlocked.Increment(ref released));
            Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                while (counter.TryAcquire())
                {
                    violations += Volatile.Read(ref released);
                    counter.Release();
                }
            }))];
            Task closing = Task.Run(counter.Close);
            await Task.WhenAll([.. readers, closing]);
            Assert.Equal(1, released);
            Assert.Equal(0, violations);
        }
    }

    private LeaseCounter NewCounter() => new(() => _released++);
}
