// What a reader promises: every index once and in order, over broken connections; what is missing is seen.

using System.Text;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class ReaderTests
{
    [Theory]
    [InlineData(0, 0, 2000)]
    [InlineData(700, 0, 1300)]
    [InlineData(10, 20, 20)]
    [InlineData(1990, 100, 10)]
    [InlineData(2000, 0, 0)]
    public async Task Reads_a_range(ulong from, ulong limit, int expected)
    {
        await using FakeServer server = await StartAsync(2000);
        List<LedgerEntry> entries = await ReadAsync(server, ReadOptions.Range(from, limit));
        Assert.Equal(Enumerable.Range(0, expected).Select(i => from + (ulong)i), entries.Select(entry => entry.Index));
        Assert.All(entries, entry => Assert.Equal(Payload((int)entry.Index), entry.Payload.ToArray()));
        Assert.All(entries, entry => Assert.Equal("tester", entry.Appender));
    }

    [Fact]
    public async Task A_broken_connection_leaves_no_gap_and_nothing_twice()
    {
        await using FakeServer server = await StartAsync(5000);
        int messages = 0;
        server.Ledger.Reading = (_, call) =>
        {
            if (Interlocked.Increment(ref messages) % 3 == 0)
            {
                call.GetHttpContext().Abort();
            }

            return default;
        };
        List<LedgerEntry> entries = await ReadAsync(
            server, new ReadOptions { RetryDelayMax = TimeSpan.FromMilliseconds(1) });
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => (ulong)i), entries.Select(entry => entry.Index));
    }

    [Fact]
    public async Task Following_catches_up_and_goes_on_live()
    {
        await using FakeServer server = await StartAsync(100);
        List<string> seen = [];
        await foreach (LedgerEvent next in server.Client.CreateReader("demo").ReadAsync(ReadOptions.Tail(10)))
        {
            seen.Add(next switch
            {
                LedgerEntry entry => $"{entry.Index}",
                CaughtUp caughtUp => $"caught up {caughtUp.Size}",
                _ => next.GetType().Name,
            });
            if (next is CaughtUp)
            {
                server.Ledger.Add(5, Payload);
            }

            if (next is LedgerEntry { Index: 104 })
            {
                break;
            }
        }

        string[] expected =
            [.. Enumerable.Range(90, 10).Select(i => $"{i}"), "caught up 100", "100", "101", "102", "103", "104"];
        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task What_expired_is_an_event_and_for_entries_only_an_exception()
    {
        await using FakeServer server = await StartAsync(1000);
        server.Ledger.Expired.Add((256, 256));
        List<LedgerEvent> events = [];
        await foreach (LedgerEvent next in server.Client.CreateReader("demo").ReadAsync(new ReadOptions()))
        {
            events.Add(next);
        }

        ExpiredRange gone = Assert.Single(events.OfType<ExpiredRange>());
        Assert.Equal((256UL, 256UL), (gone.FirstIndex, gone.Count));
        Assert.Equal(744, events.OfType<LedgerEntry>().Count());
        EntriesMissingException missing = await Assert.ThrowsAsync<EntriesMissingException>(
            () => ReadAsync(server, new ReadOptions()));
        Assert.Contains("have expired", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_leaves_out_entries_is_not_believed()
    {
        await using FakeServer server = await StartAsync(1000);
        server.Ledger.Skip = 1;
        LedgerViolationException lie = await Assert.ThrowsAsync<LedgerViolationException>(
            () => ReadAsync(server, new ReadOptions()));
        Assert.Equal(ViolationKind.WrongAnswer, lie.Kind);
        Assert.Equal(("index 500, which comes next", "index 501"), (lie.Expected, lie.Came));
    }

    [Fact]
    public async Task A_time_begins_with_the_first_entry_that_was_received_then()
    {
        await using FakeServer server = await StartAsync(100);
        List<LedgerEntry> all = await ReadAsync(server, new ReadOptions());
        List<LedgerEntry> some = await ReadAsync(server, new ReadOptions { FromTime = all[40].Received });
        Assert.Equal(40UL, some[0].Index);
        Assert.Equal(60, some.Count);
    }

    [Fact]
    public async Task A_refusal_is_not_repeated()
    {
        await using FakeServer server = await StartAsync(10);
        int calls = 0;
        server.Ledger.Reading = (_, _) =>
        {
            calls++;
            throw RpcException.Of(StatusCode.PermissionDenied, "no");
        };
        await Assert.ThrowsAsync<RpcException>(() => ReadAsync(server, new ReadOptions()));
        Assert.Equal(1, calls);
    }

    internal static byte[] Payload(int index) => Encoding.UTF8.GetBytes($"record {index}");

    internal static async Task<FakeServer> StartAsync(int records)
    {
        FakeServer server = await FakeServer.StartAsync();
        server.Ledger.Add(records, Payload);
        return server;
    }

    private static async Task<List<LedgerEntry>> ReadAsync(FakeServer server, ReadOptions options)
    {
        List<LedgerEntry> entries = [];
        await foreach (LedgerEntry entry in server.Client.CreateReader("demo").ReadEntriesAsync(options))
        {
            entries.Add(entry);
        }

        return entries;
    }
}
