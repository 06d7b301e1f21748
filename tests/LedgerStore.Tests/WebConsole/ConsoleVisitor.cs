// Somebody at the door of a console: with its link, its cookie and the header of its page, or without them. Owned by
// its test.

using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using LedgerStore.WebConsole.Door;
using LedgerStore.WebConsole.Hosting;

namespace LedgerStore.Tests.WebConsole;

internal sealed class ConsoleVisitor : IDisposable
{
    private readonly Uri _address;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });
    private GrpcChannel? _channel;

    internal ConsoleVisitor(Uri address) => _address = address;

    internal string? Cookie { get; private set; }

    internal Dictionary<string, string> Headers { get; } = [];

    /// <summary>Opens the link, and keeps the cookie.</summary>
    internal static async Task<ConsoleVisitor> EnterAsync(ConsoleHost console)
    {
        ConsoleVisitor visitor = new(console.Address);
        using HttpResponseMessage entered = await visitor.GetAsync(console.Link.PathAndQuery);
        visitor.Cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        visitor.Headers[DoorCheck.HeaderName] = DoorCheck.HeaderValue;
        return visitor;
    }

    internal Task<HttpResponseMessage> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    internal Task<HttpResponseMessage> PostAsync(string path, byte[] body) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>Calls as the page makes them.</summary>
    internal CallInvoker Invoker => (_channel ??= GrpcChannel.ForAddress(_address, new GrpcChannelOptions
    {
        HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWeb, new WithHeaders(this)),
        HttpVersion = new Version(1, 1),
    })).CreateCallInvoker();

    public void Dispose()
    {
        _channel?.Dispose();
        _http.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body)
    {
        using HttpRequestMessage request = new(method, new Uri(_address, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc-web+proto");
        }

        AddTo(request);
        return await _http.SendAsync(request);
    }

    private void AddTo(HttpRequestMessage request)
    {
        if (Cookie is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", Cookie);
        }

        foreach ((string name, string value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private sealed class WithHeaders(ConsoleVisitor visitor)
        : DelegatingHandler(new SocketsHttpHandler { UseCookies = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            visitor.AddTo(request);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
