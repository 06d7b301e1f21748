// Clients that want the server to fall over: it goes on serving a good one, and nothing stays behind.

using System.Net;
using System.Net.Security;
using System.Text;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class HostileTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    // Whatever a client does, no line at Error: those are for what an operator must act on.
    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _server.Errors.AssertNone();
    }

    [Fact]
    public async Task Random_bytes_as_messages_of_every_method_are_answered_with_a_status()
    {
        Random random = new(20_261_121);
        IMethod[] methods = [.. typeof(LedgerMethods).GetProperties()
            .Select(property => (IMethod)property.GetValue(null)!)
            .Where(method => method != LedgerMethods.WatchCheckpoints)];
        string[] identities = ["writer", "reader", "auditor", "admin"];
        foreach (IMethod method in methods)
        {
            foreach (string identity in identities)
            {
                byte[] message = new byte[random.Next(200)];
                random.NextBytes(message);
                await SendAsync(_server.Connect(identity), method, message);
            }
        }

        await AssertServesAsync();
    }

    [Fact]
    public async Task Cancelling_appends_at_every_point_leaves_the_stream_count_at_zero()
    {
        LedgerChannel writer = _server.Connect("writer");
        for (int number = 0; number < 60; number++)
        {
            using CancellationTokenSource cancel = new();
            using RawCall call = await writer.OpenRawAsync(
                LedgerMethods.AppendStream, new CallLimits { CancellationToken = cancel.Token });
            try
            {
                for (int batch = 0; batch < number % 6; batch++)
                {
                    call.Requests.Write(new AppendRequestHead { Ledger = "demo"u8 }, [3], "abc"u8);
                    await call.Requests.FlushAsync();
                }

                await cancel.CancelAsync();
            }
            catch (Exception error) when (error is RpcException or OperationCanceledException)
            {
                // It was cancelled a moment before.
            }
        }

        while (_server.Server.OpenStreamCount > 0)
        {
            await Task.Delay(10);
        }

        await AssertServesAsync();
    }

    [Fact]
    public async Task A_unary_append_with_a_second_message_is_refused_and_nothing_of_it_is_stored()
    {
        long before = _server.Store.GetLedger("demo").Size;
        foreach (bool isLater in new[] { false, true })
        {
            using RawCall call = await _server.Connect("writer").OpenRawAsync(LedgerMethods.Append, default);
            for (int message = 0; message < 2; message++)
            {
                call.Requests.Write(new AppendRequestHead { Ledger = "demo"u8 }, [3], "abc"u8);
                if (isLater)
                {
                    await call.Requests.FlushAsync();
                    await Task.Delay(50);
                }
            }

            RpcException refusal = await Calls.RefusalOfAsync(async () =>
            {
                await call.CompleteAsync();
                await call.Responses.ReadAsync();
            });
            Assert.Equal(StatusCode.Internal, refusal.Code);
            Assert.Contains("Additional data after the message", refusal.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(before, _server.Store.GetLedger("demo").Size);
    }

    [Fact]
    public async Task Cancelling_reads_and_watches_at_every_point_is_no_error()
    {
        await _server.Connect("writer").AppendAsync("demo", [.. Enumerable.Repeat(new string('r', 50_000), 40)]);
        LedgerChannel[] channels = [_server.Connect("reader"), _server.Connect("auditor"), _server.Connect("writer")];
        Random random = new(20_261_130);
        for (int number = 0; number < 120; number++)
        {
            using CancellationTokenSource cancel = new(TimeSpan.FromMicroseconds(random.Next(20_000)));
            try
            {
                await CallAsync(channels[number % 3], number % 3, new CallLimits { CancellationToken = cancel.Token });
            }
            catch (Exception error) when (error is RpcException or OperationCanceledException or IOException)
            {
                // It was cancelled, which is the point.
            }
        }

        while (_server.Server.OpenStreamCount > 0)
        {
            await Task.Delay(10);
        }

        await AssertServesAsync();
    }

    private static async Task CallAsync(LedgerChannel channel, int kind, CallLimits options)
    {
        if (kind == 0)
        {
            using ResponseStream<ReadResponse> read = channel.ServerStream(
                LedgerMethods.Read, new ReadRequest { Ledger = "demo", Follow = true }, options);
            while (await read.Responses.ReadAsync())
            {
            }
        }
        else if (kind == 1)
        {
            using ResponseStream<Checkpoint> watch = channel.ServerStream(
                LedgerMethods.WatchCheckpoints, new WatchCheckpointsRequest { Ledger = "demo" }, options);
            while (await watch.Responses.ReadAsync())
            {
            }
        }
        else
        {
            AppendRequest request = Calls.Request("demo", new string('x', 60_000));
            request.Ack = Ack.Checkpointed;
            await channel.UnaryAsync(LedgerMethods.Append, request, options);
        }
    }

    [Fact]
    public async Task A_flood_of_connections_and_broken_handshakes_is_survived()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
        {
            using System.Net.Sockets.TcpClient tcp = new();
            await tcp.ConnectAsync(IPAddress.Loopback, _server.Address.Port);
            string greeting = number % 2 == 0 ? "GET / HTTP/1.1\r\n\r\n" : "\x16\x03";
            await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(greeting));
        }));
        await AssertServesAsync();
    }

    [Fact]
    public async Task A_thousand_resets_on_one_connection_do_not_disturb_another()
    {
        using HttpClient http = new(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [ServerPki.Client("reader")],
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
        });
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(async _ =>
        {
            using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(1));
            Uri method = new(_server.Address, LedgerMethods.Read.FullName);
            using HttpRequestMessage request = new(HttpMethod.Post, method)
            {
                Version = HttpVersion.Version20,
                Content = new ByteArrayContent([0, 0, 0, 0, 6, 0x0a, 4, (byte)'d', (byte)'e', (byte)'m', (byte)'o']),
            };
            request.Content.Headers.ContentType = new("application/grpc");
            try
            {
                using HttpResponseMessage response = await http.SendAsync(request, cancel.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or HttpRequestException)
            {
                // That is the flood.
            }
        }));
        await AssertServesAsync();
    }

    private static async Task SendAsync(LedgerChannel channel, IMethod method, byte[] message)
    {
        using RawCall call = await channel.OpenRawAsync(method, new CallLimits { Timeout = TimeSpan.FromSeconds(30) });
        RpcException? status = null;
        try
        {
            call.Requests.WriteMessage(message);
            await call.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or IOException)
        {
            // Refused before it was read.
        }

        try
        {
            while (await call.Responses.ReadAsync())
            {
            }
        }
        catch (RpcException error)
        {
            status = error;
        }

        Assert.NotEqual(StatusCode.Unknown, status?.Code);
    }

    private async Task AssertServesAsync()
    {
        AppendResponse good = await _server.Connect("writer").AppendAsync("demo", "still here");
        List<ReadResponse> read = await _server.Connect("reader").ReadEventsAsync(
            new ReadRequest { Ledger = "demo", Index = good.FirstIndex });
        Assert.Equal("still here", Calls.Records(read)[0]);
    }
}
