// Clients that break the rules, against our server: it answers as gRPC asks, and goes on serving the others.

using System.Net;
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Tests.Grpc.V1;
using Xunit;

namespace LedgerStore.Tests.Grpc;

public sealed class HostileClientTests : IAsyncLifetime
{
    // Bound as the server binds its own.
    private static readonly Method<EchoRequest, EchoResponse> s_method = InteropMethods.Named("test.Hostile", "Echo");

    private static readonly byte[] s_emptyMessage = [0, 0, 0, 0, 0];
    private TestServer _server = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync(
            isTls: false,
            static grpc => grpc.Unary(
                s_method, static (request, _) => new(new EchoResponse { Payload = request.Payload })));
        _http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, BaseAddress = _server.Address };
        _http.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
    }

    public async Task DisposeAsync()
    {
        // Whatever the test did, a good client is served afterwards.
        using LedgerChannel channel = _server.Connect();
        EchoRequest request = new() { Payload = ByteString.CopyFromUtf8("still here") };
        Assert.Equal(request.Payload, (await channel.UnaryAsync(InteropMethods.Unary, request)).Payload);
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData("text/plain")]
    public async Task Other_content_types_are_415(string contentType)
    {
        using HttpRequestMessage request = Request(s_method, new ByteArrayContent(s_emptyMessage));
        request.Content!.Headers.Remove("content-type");
        request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
        using HttpResponseMessage response = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Paths_that_nobody_serves_are_404_for_browsers()
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri("no/such/page", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task An_error_without_messages_is_one_header_frame()
    {
        using HttpRequestMessage request = Request(s_method, new ByteArrayContent([]));
        using HttpResponseMessage response = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("13", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("application/grpc", response.Content.Headers.ContentType!.ToString());
        Assert.Empty(response.TrailingHeaders);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task An_unknown_encoding_is_unimplemented_and_tells_what_is_known()
    {
        using HttpRequestMessage request = Request(s_method, new ByteArrayContent([1, 0, 0, 0, 0]));
        request.Headers.TryAddWithoutValidation("grpc-encoding", "zstd");
        using HttpResponseMessage response = await _http.SendAsync(request);
        Assert.Equal("12", await StatusOfAsync(response));
        Assert.Equal("identity,gzip", response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Theory]
    [InlineData("", "13")] // no message
    [InlineData("0000000000" + "0000000000", "13")] // two
    [InlineData("00", "13")] // a cut prefix
    [InlineData("000000000a" + "0102", "13")] // a cut message
    [InlineData("0000000002" + "0aff", "13")] // not protobuf
    [InlineData("0100000000", "13")] // compressed, with what?
    [InlineData("0700000000", "2")] // flags of nobody
    [InlineData("00ffffffff", "2")] // 4 GiB announced
    [InlineData("0000500000", "8")] // 5 MiB announced, which is above the limit
    public async Task Broken_bodies_are_answered(string hex, string status)
    {
        using HttpRequestMessage request = Request(
            s_method, new ByteArrayContent(Convert.FromHexString(hex)));
        using HttpResponseMessage response = await _http.SendAsync(request);
        Assert.Equal(status, await StatusOfAsync(response));
    }

    [Fact]
    public async Task A_length_that_lies_is_refused_while_the_body_is_open()
    {
        using SlowContent content = new([0, 0x7f, 0xff, 0xff, 0xff]);
        using HttpRequestMessage request = Request(s_method, content);
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("8", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_body_that_never_ends_meets_the_deadline()
    {
        using SlowContent content = new([0, 0, 0, 0, 9, 1]);
        using HttpRequestMessage request = Request(s_method, content);
        request.Headers.TryAddWithoutValidation("grpc-timeout", "200m");
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("4", response.Headers.GetValues("grpc-status").Single());
        }
        catch (Exception reset) when (reset is HttpRequestException or OperationCanceledException)
        {
            // The stream is reset behind the status, and this HTTP client may see that first.
        }
    }

    [Fact]
    public async Task Cancelling_at_every_point_leaves_nothing_behind()
    {
        byte[] body = [0, 0, 0, 0, 100, .. new byte[50]];
        for (int length = 0; length < body.Length; length += 3)
        {
            using CancellationTokenSource source = new();
            using SlowContent content = new(body[..length]);
            using HttpRequestMessage request = Request(InteropMethods.Duplex, content);
            Task<HttpResponseMessage> sending = _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, source.Token);
            await content.Written;
            await source.CancelAsync();
            try
            {
                (await sending).Dispose();
            }
            catch (OperationCanceledException)
            {
                // Which of the two comes first is a race.
            }
        }
    }

    private static HttpRequestMessage Request(Method<EchoRequest, EchoResponse> method, HttpContent content)
    {
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        HttpRequestMessage request = new(HttpMethod.Post, method.FullName)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        return request;
    }

    private static async Task<string> StatusOfAsync(HttpResponseMessage response)
    {
        await response.Content.ReadAsByteArrayAsync();
        return response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? inHeaders)
            ? inHeaders.Single()
            : response.TrailingHeaders.GetValues("grpc-status").Single();
    }

    /// <summary>Sends some bytes and then nothing, without ending.</summary>
    private sealed class SlowContent(byte[] bytes) : HttpContent
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Written => _written.Task;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(bytes, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            _written.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
