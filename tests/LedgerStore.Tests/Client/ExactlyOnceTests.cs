// Exactly once, in order, and with the right index: whatever breaks, wherever it breaks.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Wire;
using LedgerStore.Tests.Grpc;
using LedgerStore.Tests.Simulation;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class ExactlyOnceTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static bool IsLong => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    /// <summary>
    /// A short history with the connection, or the stream, killed at every point of it, and at every two.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_at_every_point(bool wholeConnection)
    {
        const int Records = 5;
        const int Points = Records * 3;
        await using FakeServer server = await FakeServer.StartAsync();
        for (int first = 0; first < Points; first++)
        {
            for (int second = first; second < (IsLong ? Points + 6 : first + 3); second++)
            {
                string producer = $"{first}-{second}";
                int point = 0;
                server.Ledger.Fault = (_, call) =>
                {
                    int now = Interlocked.Increment(ref point) - 1;
                    if (call.IsAppendStream && (now == first || now == second))
                    {
                        Kill(call, wholeConnection);
                    }

                    return default;
                };
                await RunAsync(server.Client, server.Ledger, producer, callers: 1, Records);
            }
        }
    }

    /// <summary>Many callers, and faults of every kind at random.</summary>
    [Fact]
    public async Task Under_random_faults()
    {
        int seeds = IsLong ? 300 : 12;
        for (int seed = 1; seed <= seeds; seed++)
        {
            await using FakeServer server = await FakeServer.StartAsync();
            SplitMix random = new((ulong)seed);
            server.Ledger.Fault = (point, call) => StrikeAsync(random, point, call);
            try
            {
                await RunAsync(server.Client, server.Ledger, "p", callers: 8, records: 30);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}", error);
            }
        }
    }

    private static async ValueTask StrikeAsync(SplitMix random, FaultPoint point, ServerCallContext call)
    {
        int dice;
        lock (random)
        {
            dice = (int)(random.Next() % 100);
        }

        switch (dice)
        {
            case < 3:
                Kill(call, wholeConnection: true);
                break;
            case < 6:
                Kill(call, wholeConnection: false);
                break;
            case < 8 when point == FaultPoint.BeforeCommit:
                throw RpcException.Because(StatusCode.ResourceExhausted, "BUSY", "busy")
                    .WithRetryAfter(TimeSpan.FromMilliseconds(1));
            case < 10:
                throw RpcException.Of(StatusCode.Unavailable, "going away");
            case < 20:
                await Task.Delay(1);
                break;
            default:
                break;
        }
    }

    private static void Kill(ServerCallContext call, bool wholeConnection)
    {
        if (wholeConnection)
        {
            // HttpContext.Abort would end the stream only.
            call.GetHttpContext().Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
        }
        else
        {
            call.Abort();
        }
    }

    /// <summary>Appends by many callers at once, and checks what is in the ledger then.</summary>
    internal static async Task RunAsync(
        LedgerClient client, FakeLedger ledger, string producer, int callers, int records)
    {
        AppenderOptions options = new() { Producer = producer, RetryDelayMax = TimeSpan.FromMilliseconds(5) };
        Appender appender = client.CreateAppender("demo", options);
        Task<List<Appended>>[] running = [.. Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            List<Appended> own = [];
            for (int i = 0; i < records; i++)
            {
                own.Add(await appender.AppendAsync(AppenderTests.Record(caller, i)));
            }

            return own;
        }))];
        List<Appended>[] stored;
        try
        {
            stored = await Task.WhenAll(running).WaitAsync(s_patience);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"no progress: {appender.Status}", error);
        }

        await appender.DisposeAsync().AsTask().WaitAsync(s_patience);
        Check(ledger, producer, stored);
    }

    private static void Check(FakeLedger ledger, string producer, List<Appended>[] stored)
    {
        (ulong Index, ulong Sequence, string Record)[] found = [.. ledger.Entries
            .Select((entry, index) => (Index: (ulong)index, Bytes: entry))
            .Where(entry => System.Text.Encoding.UTF8.GetString(EntryView.Parse(entry.Bytes).Producer) == producer)
            .Select(entry => (
                entry.Index,
                EntryView.Parse(entry.Bytes).ProducerSequence,
                Convert.ToHexString(EntryView.Parse(entry.Bytes).Payload)))];

        // Every record exactly once, and the producer's count without a gap in the order of the indexes.
        int expected = stored.Sum(own => own.Count);
        Assert.Equal(expected, found.Length);
        Assert.Equal(expected, found.Select(entry => entry.Record).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, expected).Select(n => (ulong)n), found.Select(entry => entry.Sequence));

        // Each caller was told where its record is, and its records are in the order of its calls.
        Dictionary<ulong, string> byIndex = found.ToDictionary(entry => entry.Index, entry => entry.Record);
        for (int caller = 0; caller < stored.Length; caller++)
        {
            for (int i = 0; i < stored[caller].Count; i++)
            {
                Assert.Equal(
                    Convert.ToHexString(AppenderTests.Record(caller, i)), byIndex[stored[caller][i].Index]);
                Assert.True(i == 0 || stored[caller][i].Index > stored[caller][i - 1].Index);
            }
        }
    }
}
