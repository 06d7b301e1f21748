// Implementations we did not write against our server, and our client against one of their servers.

using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Tests.Grpc.V1;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Grpc;

public sealed class InteropTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _files = InteropFiles.CreateDirectory();

    public void Dispose() => Directory.Delete(_files, recursive: true);

    [PythonFact]
    public Task Python_client_against_our_server() => RunClientAsync(
        InteropFiles.Python ?? "python3", Path.Combine(InteropFiles.PythonDirectory, "client.py"), compress: false);

    [PythonFact]
    public Task Python_client_against_our_server_that_compresses() => RunClientAsync(
        InteropFiles.Python ?? "python3", Path.Combine(InteropFiles.PythonDirectory, "client.py"), compress: true);

    [NodeFact]
    public Task Node_client_against_our_server() => RunClientAsync(
        "node", Path.Combine(InteropFiles.NodeDirectory, "client.js"), compress: false);

    [NodeFact]
    public Task Node_client_against_our_server_that_compresses() => RunClientAsync(
        "node", Path.Combine(InteropFiles.NodeDirectory, "client.js"), compress: true);

    [PythonFact]
    public async Task Our_client_against_a_python_server()
    {
        using Process server = Start(
            InteropFiles.Python ?? "python3", Path.Combine(InteropFiles.PythonDirectory, "server.py"), _files);
        try
        {
            string line = await server.StandardOutput.ReadLineAsync() ?? string.Empty;
            Assert.True(line.StartsWith("port ", StringComparison.Ordinal), await ErrorsOfAsync(server, line));
            ChannelSettings settings = new()
            {
                ClientCertificate = TestPki.Shared.Client,
                TrustedRoots = TestPki.Shared.Roots,
                ReceiveBytesMax = 64 << 20,
            };
            using LedgerChannel channel = new(new Uri($"https://localhost:{line[5..]}"), settings);
            await DriveAsync(channel);
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
    }

    private static async Task<string> ErrorsOfAsync(Process process, string line) =>
        line.StartsWith("port ", StringComparison.Ordinal)
            ? string.Empty
            : await process.StandardError.ReadToEndAsync();

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static async Task DriveAsync(LedgerChannel channel)
    {
        ByteString payload = ByteString.CopyFrom(new byte[100_000]);
        EchoRequest plain = new() { Payload = payload };
        Interop.InteropClient client = new(channel.NextInvoker());
        foreach (bool compress in new[] { false, true })
        {
            Metadata headers = compress ? new Metadata { { "grpc-internal-encoding-request", "gzip" } } : [];
            DateTime deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30);
            CallOptions options = new(headers, deadline);
            Assert.Equal(payload, (await client.UnaryAsync(plain, options)).Payload);
            await DriveStreamsAsync(client, plain, options);
        }

        await DriveErrorsAsync(channel, client);
        EchoRequest large = new() { ResponseBytes = 20_000_000 };
        Assert.Equal(20_000_000, (await channel.UnaryAsync(InteropMethods.Unary, large)).Payload.Length);
        Task<EchoResponse>[] calls = [.. Enumerable.Range(0, 300).Select(
            _ => channel.UnaryAsync(InteropMethods.Unary, new EchoRequest()).AsTask())];
        await Task.WhenAll(calls);
    }

    private static async Task DriveStreamsAsync(
        Interop.InteropClient client, EchoRequest plain, CallOptions options)
    {
        using AsyncClientStreamingCall<EchoRequest, EchoResponse> sum = client.ClientStream(options);
        using AsyncDuplexStreamingCall<EchoRequest, EchoResponse> pingPong = client.Duplex(options);
        for (uint index = 0; index < 50; index++)
        {
            await sum.RequestStream.WriteAsync(plain);
            await pingPong.RequestStream.WriteAsync(plain);
            Assert.True(await pingPong.ResponseStream.MoveNext(default));
            Assert.Equal(index, pingPong.ResponseStream.Current.Index);
        }

        await sum.RequestStream.CompleteAsync();
        Assert.Equal(50u, (await sum).Index);
        await pingPong.RequestStream.CompleteAsync();
        Assert.False(await pingPong.ResponseStream.MoveNext(default));
        EchoRequest request = new(plain) { Count = 50 };
        using AsyncServerStreamingCall<EchoResponse> stream = client.ServerStream(request, options);
        uint count = 0;
        while (await stream.ResponseStream.MoveNext(default))
        {
            Assert.Equal(count++, stream.ResponseStream.Current.Index);
        }

        Assert.Equal(50u, count);
    }

    private static async Task DriveErrorsAsync(LedgerChannel channel, Interop.InteropClient client)
    {
        const string message = "100 % größer\nas 你好";
        byte[] bytes = [0, 1, 2, 255];
        Metadata headers = new() { { "echo-text", "hello" }, { "echo-raw-bin", bytes } };
        for (uint code = 1; code <= 16; code++)
        {
            EchoRequest request = new() { FailWith = code, FailMessage = message, FailWithDetails = true };
            RpcException error = await Assert.ThrowsAsync<RpcException>(
                async () => await client.UnaryAsync(request, headers));
            Assert.Equal(((StatusCode)code, message), (error.Code, error.Detail));
            Assert.Equal("TEST_REASON", error.Info!.Reason);
            Assert.Equal("hello", error.Trailers.GetValue("trailing-echo-text"));
            Assert.Equal(bytes, error.Trailers.GetValueBytes("trailing-echo-raw-bin"));
        }

        CallLimits brief = new() { Timeout = TimeSpan.FromMilliseconds(200) };
        RpcException late = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.UnaryAsync(InteropMethods.Unary, new EchoRequest { Wait = true }, brief));
        Assert.Equal(StatusCode.DeadlineExceeded, late.Code);

        Method<EchoRequest, EchoResponse> unknown = InteropMethods.Named(
            InteropMethods.Unary.ServiceName, "NoSuchMethod");
        RpcException absent = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.UnaryAsync(unknown, new EchoRequest()));
        Assert.Equal(StatusCode.Unimplemented, absent.Code);

        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(100));
        CallLimits cancelled = new() { CancellationToken = source.Token };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await channel.UnaryAsync(InteropMethods.Unary, new EchoRequest { Wait = true }, cancelled));
    }

    private async Task RunClientAsync(string program, string script, bool compress)
    {
        await using TestServer server = await TestServer.StartAsync(
            isTls: true,
            static _ => { },
            options => options.ResponseCompressionAlgorithm = compress ? "gzip" : null);
        server.Health.SetStatus("interop", HealthCheckResponse.Types.ServingStatus.Serving);
        using Process client = Start(program, script, $"localhost:{server.Address.Port}", _files);
        Task<string> errors = client.StandardError.ReadToEndAsync();
        string lines = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        output.WriteLine(lines);
        Assert.True(client.ExitCode == 0, lines + await errors);

        // One deadline and one cancellation while the handler waited. The handler of the cancelled stream may be told
        // by its write instead.
        while (server.Service.Cancelled < 2)
        {
            await Task.Delay(5);
        }
    }
}
