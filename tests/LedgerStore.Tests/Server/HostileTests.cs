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
    private RunningServer server = null!;

    public async Task InitializeAsync() => server = await RunningServer.StartAsync();

    // Whatever a client does, no line at Error: those are for what an operator must act on.
    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        server.Errors.AssertNone();
    }

    [Fact]
    public async Task RandomBytesAsMessagesOfEveryMethodAreAnsweredWithAStatus()
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
                await SendAsync(server.Connect(identity), method, message);
            }
        }

        await AssertServesAsync();
    }

    [Fact]
    public async Task CancellingAppendsAtEveryPointLeavesTheStreamCountAtZero()
    {
        LedgerChannel writer = server.Connect("writer");
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

        while (server.Server.OpenStreamCount > 0)
        {
            await Task.Delay(10);
        }

        await AssertServesAsync();
    }

    [Fact]
    public async Task AUnaryAppendWithASecondMessageIsRefusedAndNothingOfItIsStored()
    {
        long before = server.Store.GetLedger("demo").Size;
        foreach (bool isLater in new[] { false, true })
        {
            using RawCall call = await server.Connect("writer").OpenRawAsync(LedgerMethods.Append, default);
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

        Assert.Equal(before, server.Store.GetLedger("demo").Size);
    }

    [Fact]
    public async Task CancellingReadsAndWatchesAtEveryPointIsNoError()
    {
        await server.Connect("writer").AppendAsync("demo", [.. Enumerable.Repeat(new string('r', 50_000), 40)]);
        LedgerChannel[] channels = [server.Connect("reader"), server.Connect("auditor"), server.Connect("writer")];
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

        while (server.Server.OpenStreamCount > 0)
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
    public async Task AFloodOfConnectionsAndBrokenHandshakesIsSurvived()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
        {
            using System.Net.Sockets.TcpClient tcp = new();
            await tcp.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            string greeting = number % 2 == 0 ? "GET / HTTP/1.1\r\n\r\n" : "\x16\x03";
            await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(greeting));
        }));
        await AssertServesAsync();
    }

    [Fact]
    public async Task AThousandResetsOnOneConnectionDoNotDisturbAnother()
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
            Uri method = new(server.Address, LedgerMethods.Read.FullName);
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
        AppendResponse good = await server.Connect("writer").AppendAsync("demo", "still here");
        List<ReadResponse> read = await server.Connect("reader").ReadEventsAsync(
            new ReadRequest { Ledger = "demo", Index = good.FirstIndex });
        Assert.Equal("still here", Calls.Records(read)[0]);
    }
}
