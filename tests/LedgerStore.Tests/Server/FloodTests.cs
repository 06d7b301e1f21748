// Floods of cheap frames on one connection, and readers who do not read: others are served meanwhile, and what the
// server keeps for them stays small.

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

[Collection(nameof(CountedAlone))]
public sealed class FloodTests
{
    private const int FramesAtOnce = 500;
    private const int BytesMax = 32_000_000;
    private const long HeldMax = 64_000_000;

    [Theory]
    [InlineData("ping")]
    [InlineData("settings")]
    [InlineData("reset")]
    [InlineData("continuation")]
    [InlineData("window")]
    public async Task A_flood_disturbs_nobody_and_keeps_nothing(string kind)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        LedgerChannel writer = server.Connect("writer");
        await writer.AppendAsync("demo", "before");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using RawHttp2 hostile = await RawHttp2.ConnectAsync(server.Address.Port, ServerPki.Client("reader"));
        Task flood = FloodAsync(hostile, kind);
        for (int number = 0; number < 100; number++)
        {
            await writer.AppendAsync("demo", $"record {number}");
        }

        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(held < HeldMax, $"{held:N0} bytes");
        hostile.Dispose();
        await flood;
        while (server.Server.OpenStreamCount > 0)
        {
            await Task.Delay(10);
        }

        List<ReadResponse> read = await server.Connect("reader").ReadEventsAsync(new ReadRequest { Ledger = "demo" });
        Assert.Equal(101, Calls.Records(read).Count);
        server.Errors.AssertNone();
    }

    [Fact]
    public async Task A_reader_that_does_not_read_costs_a_bounded_amount_of_memory()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        LedgerChannel writer = server.Connect("writer");
        string[] records = [.. Enumerable.Repeat(new string('r', 60_000), 60)];
        for (int batch = 0; batch < 12; batch++)
        {
            await writer.AppendAsync("demo", records);
        }

        // 43 MB wait to be read by sixteen who do not; what is read of it is bounded by windows and one slice each.
        List<ResponseStream<ReadResponse>> idle = [];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int number = 0; number < 16; number++)
        {
            ResponseStream<ReadResponse> call = server.Connect("reader").ServerStream(
                LedgerMethods.Read, new ReadRequest { Ledger = "demo" }, default);
            Assert.True(await call.Responses.ReadAsync());
            idle.Add(call);
        }

        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(held < 16 * 20_000_000, $"{held:N0} bytes");
        await writer.AppendAsync("demo", "after");
        idle.ForEach(call => call.Dispose());
    }

    [Fact]
    public async Task Connections_of_those_nobody_knows_cost_a_bounded_amount_of_memory_and_leave_room_for_the_known()
    {
        const int room = 400, kept = 128 * 1024;
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy + "anonymous_tiles: [\"public.*\"]\n",
            settings => settings with { Config = settings.Config with { ConnectionsMax = room } });
        LedgerChannel writer = server.Connect("writer");
        await writer.AppendAsync("demo", "before");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        List<TcpClient> open = [];
        List<SslStream> strangers = [];
        for (int number = 0; number < room / 4; number++)
        {
            TcpClient tcp = new();
            open.Add(tcp);
            await tcp.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            SslStream stream = new(tcp.GetStream(), false, static (_, _, _, _) => true);
            await stream.AuthenticateAsClientAsync("localhost");
            strangers.Add(stream);
        }

        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(held < strangers.Count * kept, $"{held:N0} bytes for {strangers.Count} connections");

        // Their quarter is full: one more of them finds no room, and who is connected goes on.
        using (TcpClient more = new())
        {
            await more.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            using SslStream stream = new(more.GetStream(), false, static (_, _, _, _) => true);
            await Assert.ThrowsAnyAsync<IOException>(() => stream.AuthenticateAsClientAsync("localhost"));
        }

        await writer.AppendAsync("demo", "after");
        strangers.ForEach(stream => stream.Dispose());
        open.ForEach(tcp => tcp.Dispose());
        server.Errors.AssertNone();
    }

    // Ends when the server has had enough of it, or takes no more, and the test closes the connection.
    private static async Task FloodAsync(RawHttp2 hostile, string kind)
    {
        int streamId = 1;
        try
        {
            if (kind == "continuation")
            {
                byte[] headers = RawHttp2.CallHeaders(LedgerMethods.Read.FullName);
                await hostile.SendAsync(RawHttp2.Frame(RawHttp2.Headers, RawHttp2.EndStream, streamId, headers));
            }

            for (int sent = 0; sent < BytesMax;)
            {
                List<byte> frames = [];
                for (int count = 0; count < FramesAtOnce; count++, streamId += 2)
                {
                    frames.AddRange(FrameOf(kind, streamId));
                }

                await hostile.SendAsync([.. frames]);
                sent += frames.Count;
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The connection is gone.
        }
    }

    private static byte[] FrameOf(string kind, int streamId) => kind switch
    {
        "ping" => RawHttp2.Frame(RawHttp2.Ping, 0, 0, new byte[8]),
        "settings" => RawHttp2.Frame(RawHttp2.Settings, 0, 0, [0, 3, 0, 0, 0, 100]),
        "window" => RawHttp2.Frame(RawHttp2.WindowUpdate, 0, 0, [0, 0, 0, 1]),
        "continuation" => RawHttp2.Frame(RawHttp2.Continuation, 0, 1, [0x00, 0x01, (byte)'x', 0x01, (byte)'y']),
        _ =>
        [
            .. RawHttp2.Frame(
                RawHttp2.Headers, RawHttp2.EndHeaders, streamId, RawHttp2.CallHeaders(LedgerMethods.Read.FullName)),
            .. RawHttp2.Frame(RawHttp2.ResetStream, 0, streamId, [0, 0, 0, 8]),
        ],
    };
}
