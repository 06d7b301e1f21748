// An application ends while the ledger is away: in a bounded time, without an exception that nobody catches, and what
// is not stored is told.

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Client;

[SupportedOSPlatform("linux")]
public sealed class ClosingTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly AppenderOptions s_quick = new()
    {
        CloseTimeout = TimeSpan.FromMilliseconds(300),
        RetryDelayMax = TimeSpan.FromMilliseconds(20),
        SpoolDrainTimeout = TimeSpan.FromMilliseconds(50),
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Closing_without_a_server_is_bounded_and_says_what_is_not_stored(bool isNamed)
    {
        await using LedgerClient client = FakeServer.Connect(Nobody());
        Appender appender = client.CreateAppender("demo", s_quick with { Producer = isNamed ? "p" : null });
        for (int i = 0; i < 100; i++)
        {
            await appender.PostAsync(AppenderTests.Record(0, i));
        }

        Task<Appended> waiting = appender.AppendAsync(AppenderTests.Record(0, 100)).AsTask();
        long start = Stopwatch.GetTimestamp();
        AppenderEnd end = await appender.CloseAsync().WaitAsync(s_patience);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.2, 30);
        Assert.Equal((101UL, 0UL, 0UL, false), (end.NotStored, end.Unknown, end.InSpool, end.IsComplete));
        Assert.Equal(AppendOutcome.NotStored, end.Failure!.Outcome);
        Assert.Contains("the appender was closed before the server had answered", end.Failure.Message,
            StringComparison.Ordinal);
        AppendException told = await Assert.ThrowsAsync<AppendException>(() => waiting.WaitAsync(s_patience));
        Assert.Equal(AppendOutcome.NotStored, told.Outcome);
        await appender.DisposeAsync();
        Assert.Same(end, await appender.CloseAsync());
    }

    [Fact]
    public async Task A_server_that_accepts_and_never_speaks_does_not_hold_up_the_end()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await using LedgerClient client = FakeServer.Connect(
            new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"));
        Appender appender = client.CreateAppender("demo", s_quick);
        await appender.PostAsync(AppenderTests.Record(0, 0));
        AppenderEnd end = await appender.CloseAsync().WaitAsync(s_patience);
        Assert.Equal(1UL, end.NotStored + end.Unknown);
    }

    [Fact]
    public async Task What_was_sent_and_not_answered_may_be_stored_and_is_told_so()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using CancellationTokenSource released = new();
        server.Ledger.Fault = async (point, call) =>
        {
            if (point == FaultPoint.BeforeCommit && call.IsAppendStream)
            {
                await Task.Delay(s_patience, released.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        };
        Appender appender = server.Appender(s_quick);
        await appender.PostAsync(AppenderTests.Record(0, 0));
        while (appender.Status.BatchesInFlight == 0 || !appender.Status.IsConnected)
        {
            await Task.Delay(5);
        }

        await Task.Delay(100);
        AppenderEnd end = await appender.CloseAsync().WaitAsync(s_patience);
        await released.CancelAsync();
        Assert.Equal((0UL, 1UL), (end.NotStored, end.Unknown));
        Assert.Equal(AppendOutcome.Unknown, end.Failure!.Outcome);
    }

    [Fact]
    public async Task Disposing_never_throws_and_an_error_in_the_log_names_the_loss()
    {
        MemoryLog log = new();
        await using LedgerClient client = FakeServer.Connect(Nobody());
        Appender appender = client.CreateAppender("demo", s_quick with { Logger = log });
        await appender.PostAsync(AppenderTests.Record(0, 0));
        await appender.DisposeAsync().AsTask().WaitAsync(s_patience);
        string error = Assert.Single(log.Lines(), line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains("1 records are not stored, 0 may not be", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_spool_nothing_is_lost_and_the_next_start_delivers()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        TakeAway(server);
        MemoryLog log = new();
        AppenderOptions options = s_quick with { Producer = "p", SpoolDirectory = folder.File("spool"), Logger = log };
        Appender appender = server.Appender(options);
        for (int i = 0; i < 20; i++)
        {
            await appender.PostAsync(AppenderTests.Record(0, i));
        }

        AppenderEnd end = await appender.CloseAsync().WaitAsync(s_patience);
        Assert.Equal((0UL, 0UL, 20UL, true), (end.NotStored, end.Unknown, end.InSpool, end.IsComplete));
        Assert.Contains(log.Lines(), line => line.Contains("20 records wait in", StringComparison.Ordinal));
        server.Ledger.Fault = static (_, _) => default;
        await using Appender next = server.Appender(options);
        await next.FlushAsync().WaitAsync(s_patience);
        while (server.Ledger.Payloads().Length < 20)
        {
            await Task.Delay(5);
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => AppenderTests.Record(0, i)), server.Ledger.Payloads());
    }

    [Fact]
    public async Task A_spool_that_is_full_does_not_hold_up_the_end_and_counts_what_did_not_fit()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        TakeAway(server);
        Appender appender = server.Appender(s_quick with
        {
            Producer = "p",
            SpoolDirectory = folder.Path,
            SpoolBytesMax = 200,
        });
        // A spool with nothing in it takes a batch of any size, so it gets one of a record first.
        await appender.PostAsync(AppenderTests.Record(0, 0)).AsTask().WaitAsync(s_patience);
        List<Task> posting = [.. Enumerable.Range(0, 50).Select(
            i => appender.PostAsync(AppenderTests.Record(0, i)).AsTask())];
        AppenderEnd end = await appender.CloseAsync().WaitAsync(s_patience);
        int safe = posting.Count(post => post.IsCompletedSuccessfully);
        foreach (Task refused in posting.Where(post => !post.IsCompletedSuccessfully))
        {
            Assert.Equal(
                AppendOutcome.NotStored,
                (await Assert.ThrowsAsync<AppendException>(() => refused.WaitAsync(s_patience))).Outcome);
        }

        Assert.InRange(safe, 0, 49);
        Assert.Equal(((ulong)(50 - safe), 0UL, (ulong)safe + 1), (end.NotStored, end.Unknown, end.InSpool));
    }

    [Fact]
    public async Task A_spool_is_for_its_owner_only()
    {
        using TempFolder folder = new();
        await using FakeServer server = await FakeServer.StartAsync();
        string spool = folder.File("a/spool");
        await using (Appender appender = server.Appender(s_quick with { Producer = "p", SpoolDirectory = spool }))
        {
            await appender.AppendAsync(AppenderTests.Record(0, 0));
        }

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(spool));
        string[] files = Directory.GetFiles(spool);
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        File.SetUnixFileMode(spool, File.GetUnixFileMode(spool) | UnixFileMode.OtherWrite);
        IOException open = Assert.Throws<IOException>(
            () => server.Appender(s_quick with { Producer = "p", SpoolDirectory = spool }));
        Assert.Contains("chmod 700", open.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_says_once_that_the_ledger_is_away_and_once_that_it_is_back()
    {
        MemoryLog log = new();
        await using FakeServer server = await FakeServer.StartAsync();
        TakeAway(server);
        await using Appender appender = server.Appender(s_quick with { Producer = "p", Logger = log });
        for (int i = 0; i < 7; i++)
        {
            await appender.PostAsync(AppenderTests.Record(0, i));
        }

        while (appender.Status.AwayFor < TimeSpan.FromMilliseconds(200))
        {
            await Task.Delay(5);
        }

        server.Ledger.Fault = static (_, _) => default;
        await appender.FlushAsync().WaitAsync(s_patience);
        await appender.AppendAsync(AppenderTests.Record(0, 7));
        Assert.Equal(TimeSpan.Zero, appender.Status.AwayFor);
        string[] lines = log.Lines();
        Assert.Equal(2, lines.Length);
        Assert.Matches("^Warning the ledger demo at http://.* takes no records: .*away.*; [0-9]+ wait", lines[0]);
        Assert.Matches(
            "^Warning the ledger demo at http://.* takes records again after [0-9.]+ s; 7 waited$", lines[1]);
    }

    private static void TakeAway(FakeServer server) => server.Ledger.Fault = static (point, _) =>
        point == FaultPoint.BeforeCommit ? throw RpcException.Of(StatusCode.Unavailable, "away") : default;

    // A port that nobody listens on any more.
    private static Uri Nobody()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
