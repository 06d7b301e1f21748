// Implementations we did not write against our server, and our client against one of their servers.

using System.Diagnostics;
using Google.Protobuf;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Tests.Grpc.V1;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Grpc;

public sealed class InteropTests(ITestOutputHelper output) : IDisposable
{
    private readonly string files = InteropFiles.CreateDirectory();

    public void Dispose() => Directory.Delete(files, recursive: true);

    [PythonFact]
    public Task PythonClientAgainstOurServer() => RunClientAsync(
        InteropFiles.Python ?? "python3", Path.Combine(InteropFiles.PythonDirectory, "client.py"), compress: false);

    [PythonFact]
    public Task PythonClientAgainstOurServerThatCompresses() => RunClientAsync(
        InteropFiles.Python ?? "python3", Path.Combine(InteropFiles.PythonDirectory, "client.py"), compress: true);

    [NodeFact]
    public Task NodeClientAgainstOurServer() => RunClientAsync(
        "node", Path.Combine(InteropFiles.NodeDirectory, "client.js"), compress: false);

    [NodeFact]
    public Task NodeClientAgainstOurServerThatCompresses() => RunClientAsync(
        "node", Path.Combine(InteropFiles.NodeDirectory, "client.js"), compress: true);

    [PythonFact]
    public async Task OurClientAgainstAPythonServer()
    {
        using Process server = Start(
            InteropFiles.Python ?? "python3", Path.Combine(InteropFiles.PythonDirectory, "server.py"), files);
        try
        {
            string line = await server.StandardOutput.ReadLineAsync() ?? string.Empty;
            Assert.True(line.StartsWith("port ", StringComparison.Ordinal), await ErrorsOfAsync(server, line));
            RpcChannelOptions options = new()
            {
                ClientCertificate = TestPki.Shared.Client,
                TrustedRoots = TestPki.Shared.Roots,
                ReceiveBytesMax = 64 << 20,
            };
            using RpcChannel channel = new(new Uri($"https://localhost:{line[5..]}"), options);
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

    private static async Task DriveAsync(RpcChannel channel)
    {
        ByteString payload = ByteString.CopyFrom(new byte[100_000]);
        EchoRequest plain = new() { Payload = payload };
        foreach (bool compress in new[] { false, true })
        {
            CallOptions options = new() { CompressRequest = compress, Timeout = TimeSpan.FromSeconds(30) };
            Assert.Equal(payload, (await channel.UnaryAsync(InteropMethods.Unary, plain, options)).Payload);
            await DriveStreamsAsync(channel, plain, options);
        }

        await DriveErrorsAsync(channel);
        EchoRequest large = new() { ResponseBytes = 20_000_000 };
        Assert.Equal(20_000_000, (await channel.UnaryAsync(InteropMethods.Unary, large)).Payload.Length);
        Task<EchoResponse>[] calls = [.. Enumerable.Range(0, 300).Select(
            _ => channel.UnaryAsync(InteropMethods.Unary, new EchoRequest()).AsTask())];
        await Task.WhenAll(calls);
    }

    private static async Task DriveStreamsAsync(RpcChannel channel, EchoRequest plain, CallOptions options)
    {
        using DuplexCall<EchoRequest, EchoResponse> sum = await channel.OpenAsync(InteropMethods.ClientStream, options);
        using DuplexCall<EchoRequest, EchoResponse> pingPong = await channel.OpenAsync(InteropMethods.Duplex, options);
        for (uint index = 0; index < 50; index++)
        {
            await sum.WriteAsync(plain);
            await pingPong.WriteAsync(plain);
            Assert.True(await pingPong.Responses.ReadAsync());
            Assert.Equal(index, pingPong.Responses.Current.Index);
        }

        Assert.Equal(50u, (await sum.FinishAsync()).Index);
        await pingPong.CompleteAsync();
        Assert.False(await pingPong.Responses.ReadAsync());

        EchoRequest request = new(plain) { Count = 50 };
        using ServerStreamCall<EchoResponse> stream = channel.ServerStream(
            InteropMethods.ServerStream, request, options);
        uint count = 0;
        while (await stream.Responses.ReadAsync())
        {
            Assert.Equal(count++, stream.Responses.Current.Index);
        }

        Assert.Equal(50u, count);
    }

    private static async Task DriveErrorsAsync(RpcChannel channel)
    {
        const string message = "100 % größer\nas 你好";
        byte[] bytes = [0, 1, 2, 255];
        CallOptions options = new()
        {
            Headers = new Metadata { { "echo-text", "hello" }, { "echo-raw-bin", bytes } },
        };
        for (uint code = 1; code <= 16; code++)
        {
            EchoRequest request = new() { FailWith = code, FailMessage = message, FailWithDetails = true };
            RpcException error = await Assert.ThrowsAsync<RpcException>(
                async () => await channel.UnaryAsync(InteropMethods.Unary, request, options));
            Assert.Equal(((StatusCode)code, message), (error.Code, error.Detail));
            Assert.Equal("TEST_REASON", error.Info!.Reason);
            Assert.Equal("hello", error.Trailers["trailing-echo-text"]);
            Assert.True(error.Trailers.TryGetBytes("trailing-echo-raw-bin", out byte[]? echoed));
            Assert.Equal(bytes, echoed);
        }

        CallOptions brief = new() { Timeout = TimeSpan.FromMilliseconds(200) };
        RpcException late = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.UnaryAsync(InteropMethods.Unary, new EchoRequest { Wait = true }, brief));
        Assert.Equal(StatusCode.DeadlineExceeded, late.Code);

        MethodDescriptor<EchoRequest, EchoResponse> unknown = new(
            InteropMethods.Unary.Service, "NoSuchMethod", MethodKind.Unary, EchoRequest.Parser, EchoResponse.Parser);
        RpcException absent = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.UnaryAsync(unknown, new EchoRequest()));
        Assert.Equal(StatusCode.Unimplemented, absent.Code);

        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(100));
        CallOptions cancelled = new() { CancellationToken = source.Token };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await channel.UnaryAsync(InteropMethods.Unary, new EchoRequest { Wait = true }, cancelled));
    }

    private async Task RunClientAsync(string program, string script, bool compress)
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true);
        server.Options.CompressResponses = compress;
        server.Health.Set("interop", isServing: true);
        using Process client = Start(program, script, $"localhost:{server.Address.Port}", files);
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
