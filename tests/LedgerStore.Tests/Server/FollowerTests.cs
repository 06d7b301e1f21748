// Many who follow one ledger: each gets every entry once and in order, whoever does not read delays nobody, and what is
// kept for them does not grow with their number.

using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Following;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class FollowerTests
{
    private const int Followers = 40;
    private const int Batches = 60;

    [Fact]
    public async Task Every_follower_gets_every_entry_once_and_in_order()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        LedgerChannel[] channels = [.. Enumerable.Range(0, 4).Select(_ => server.Connect("reader"))];
        List<ResponseStream<ReadResponse>> calls = [];
        for (int number = 0; number < Followers; number++)
        {
            calls.Add(await FollowAsync(channels[number % channels.Length]));
        }

        Task<List<string>>[] readers = [.. calls.Select(call => ReadAsync(call, Batches * 3))];
        LedgerChannel writer = server.Connect("writer");
        List<string> written = [];
        for (int batch = 0; batch < Batches; batch++)
        {
            string[] records = [$"{batch}a", $"{batch}b" + new string('x', batch * 400), $"{batch}c"];
            await writer.AppendAsync("demo", records);
            written.AddRange(records);
        }

        foreach (List<string> read in await Task.WhenAll(readers))
        {
            Assert.Equal(written, read);
        }

        calls.ForEach(call => call.Dispose());
        while (server.Server.OpenStreamCount > 0)
        {
            await Task.Delay(10);
        }

        Assert.Equal(0, server.Server.FollowedLedgers);
        server.Errors.AssertNone();
    }

    [Fact]
    public async Task A_follower_that_does_not_read_delays_no_other()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        List<ResponseStream<ReadResponse>> idle = [];
        for (int number = 0; number < Followers; number++)
        {
            idle.Add(await FollowAsync(server.Connect("reader")));
        }

        using ResponseStream<ReadResponse> good = await FollowAsync(server.Connect("reader"));
        Task<List<string>> reading = ReadAsync(good, Batches);
        LedgerChannel writer = server.Connect("writer");
        for (int batch = 0; batch < Batches; batch++)
        {
            // More in all than the windows of those who do not read.
            await writer.AppendAsync("demo", [batch + new string('x', 60_000)]);
        }

        Assert.Equal(Batches, (await reading).Count);
        idle.ForEach(call => call.Dispose());
    }

    [Fact]
    public async Task A_few_have_their_turn_at_a_time_and_who_keeps_it_too_long_loses_it()
    {
        ManualTimerTime time = new();
        using FollowerTurns turns = new(2, time);
        Follower[] all = [.. Enumerable.Range(0, 5).Select(_ => new Follower())];
        ValueTask[] waits = [.. all.Select(one => turns.WaitAsync(one, default))];
        Assert.Equal([true, true, false, false, false], waits.Select(wait => wait.IsCompleted));
        await waits[0];
        ValueTask again = turns.WaitAsync(all[0], default);
        Assert.True(waits[2].IsCompleted);
        Assert.False(waits[3].IsCompleted);

        // The second and the third never come back: their turns end by the clock.
        time.Pass(TimeSpan.FromMilliseconds(25));
        Assert.True(waits[3].IsCompleted && waits[4].IsCompleted);
        Assert.False(again.IsCompleted);
        turns.Leave(all[3]);
        Assert.True(again.IsCompleted);
        turns.Leave(all[4]);
        turns.Leave(all[0]);
        turns.Leave(all[1]);
        Assert.Equal(0, turns.Running);
    }

    [Fact]
    public async Task A_call_that_ends_does_not_wait_for_its_turn()
    {
        using FollowerTurns turns = new(1, TimeProvider.System);
        using CancellationTokenSource end = new();
        Follower first = new(), second = new();
        await turns.WaitAsync(first, end.Token);
        ValueTask wait = turns.WaitAsync(second, end.Token);
        await end.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await wait);
        turns.Leave(first);
        turns.Leave(second);
        Assert.Equal(0, turns.Running);
    }

    private static async Task<ResponseStream<ReadResponse>> FollowAsync(LedgerChannel channel)
    {
        ResponseStream<ReadResponse> call = channel.ServerStream(
            LedgerMethods.Read, new ReadRequest { Ledger = "demo", Follow = true }, default);
        Assert.True(await call.Responses.ReadAsync());
        Assert.NotNull(call.Responses.Current.CaughtUp);
        return call;
    }

    private static async Task<List<string>> ReadAsync(ResponseStream<ReadResponse> call, int count)
    {
        List<string> records = [];
        while (records.Count < count && await call.Responses.ReadAsync())
        {
            records.AddRange(Calls.Records([call.Responses.Current]));
        }

        return records;
    }

    /// <summary>One timer, on a clock of the test.</summary>
    private sealed class ManualTimerTime : TimeProvider
    {
        private readonly ManualTime _clock = new(DateTimeOffset.UnixEpoch);
        private ManualTimer? _timer;

        public override long TimestampFrequency => _clock.TimestampFrequency;

        public override long GetTimestamp() => _clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _timer = new ManualTimer(this, () => callback(state));

        public void Pass(TimeSpan span)
        {
            _clock.Pass(span);
            _timer?.Look();
        }

        private sealed class ManualTimer(ManualTimerTime time, Action fire) : ITimer
        {
            private long? _due;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan
                    ? null
                    : time.GetTimestamp() + (dueTime.Ticks / TimeSpan.TicksPerMicrosecond);
                return true;
            }

            public void Look()
            {
                if (_due is { } at && at <= time.GetTimestamp())
                {
                    _due = null;
                    fire();
                }
            }

            public void Dispose() => _due = null;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
