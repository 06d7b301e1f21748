// A browser as far as HTTP goes: cookies, redirects that it shows, and the header of the page. Whether a cookie is sent
// across sites is chromium's to say (SignInWalkTests). Owned by its test.

using System.Net;
using System.Net.Security;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Browsers;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Browsers;

internal sealed class Visitor : IDisposable
{
    private readonly Uri _address;
    private readonly ErrorLines _errors;
    private readonly HttpClient _http;
    private GrpcChannel? _channel;

    internal Visitor(RunningServer server)
        : this(server, new CookieContainer())
    {
    }

    private Visitor(RunningServer server, CookieContainer cookies)
    {
        _errors = server.Errors;
        _address = new Uri($"https://localhost:{server.Server.BrowserAddress!.Port}");
        Cookies = cookies;
        _http = new HttpClient(Handler());
    }

    internal CookieContainer Cookies { get; }

    /// <summary>The header of the page; empty: the page was not loaded.</summary>
    internal string Csrf { get; private set; } = string.Empty;

    internal Dictionary<string, string> Headers { get; } = [];

    internal Uri Address => _address;

    /// <summary>Somebody else who got hold of the cookies and of the header.</summary>
    internal Visitor Thief(RunningServer server)
    {
        CookieContainer copy = new();
        copy.Add(Cookies.GetAllCookies());
        return new Visitor(server, copy) { Csrf = Csrf };
    }

    /// <summary>Asks to sign in.</summary>
    /// <returns>Where the server sends them.</returns>
    internal async Task<Uri> BeginAsync(string query = "")
    {
        using HttpResponseMessage response = await GetAsync("/sign-in" + query);
        return response.Headers.Location
            ?? throw new InvalidOperationException(
                $"{response.StatusCode} {await response.Content.ReadAsStringAsync()}\n"
                + string.Join('\n', _errors.Lines));
    }

    /// <summary>Signs in at a provider that tells what the test wants.</summary>
    internal async Task<(HttpStatusCode Status, string Text)> SignInAsync(
        HostileProvider provider,
        string subject,
        Action<Dictionary<string, object>> change,
        string signing = "RS256") =>
        await ReadAsync(provider.Grant(await BeginAsync(), subject, change, signing));

    internal async Task<(HttpStatusCode Status, string Text)> ReadAsync(string path)
    {
        using HttpResponseMessage response = await GetAsync(path);
        return (response.StatusCode, WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync()));
    }

    /// <summary>Loads what the page loads first.</summary>
    /// <returns>Who the page says this is; empty: nobody.</returns>
    internal async Task<string> LoadAsync()
    {
        (_, string text) = await ReadAsync("/console.json");
        using JsonDocument facts = JsonDocument.Parse(text);
        Csrf = facts.RootElement.GetProperty("csrf").GetString()!;
        return facts.RootElement.GetProperty("identity").GetString()!;
    }

    internal Task<HttpResponseMessage> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    internal Task<HttpResponseMessage> PostAsync(string path) => SendAsync(HttpMethod.Post, path);

    /// <summary>Reads all that is there now.</summary>
    internal async Task<string[]> RecordsAsync(string ledger)
    {
        using AsyncServerStreamingCall<ReadResponse> read = Read(ledger, follow: false);
        List<ReadResponse> answers = [];
        while (await read.ResponseStream.MoveNext(default))
        {
            answers.Add(read.ResponseStream.Current);
        }

        return [.. Calls.Records(answers)];
    }

    internal AsyncServerStreamingCall<ReadResponse> Read(string ledger, bool follow) =>
        Invoker.AsyncServerStreamingCall(
        LedgerMethods.Read, null, default, new ReadRequest { Ledger = ledger, Follow = follow });

    internal async Task<Checkpoint> CheckpointAsync(string ledger) => await Invoker.AsyncUnaryCall(
        LedgerMethods.GetCheckpoint, null, default, new GetCheckpointRequest { Ledger = ledger });

    internal CallInvoker Invoker => (_channel ??= GrpcChannel.ForAddress(_address, new GrpcChannelOptions
    {
        HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWeb, new WithHeader(this, Handler())),
        HttpVersion = new Version(2, 0), // as browsers do over TLS
    })).CreateCallInvoker();

    public void Dispose()
    {
        _channel?.Dispose();
        _http.Dispose();
    }

    private SocketsHttpHandler Handler() => new()
    {
        CookieContainer = Cookies,
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        },
    };

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        using HttpRequestMessage request = new(method, new Uri(_address, path));
        if (method == HttpMethod.Post)
        {
            request.Content = new ByteArrayContent([0, 0, 0, 0, 0]);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc-web+proto");
        }

        Add(request);
        return await _http.SendAsync(request);
    }

    private void Add(HttpRequestMessage request)
    {
        if (Csrf.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(BrowserCheck.HeaderName, Csrf);
        }

        foreach ((string name, string value) in Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private sealed class WithHeader(Visitor visitor, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            visitor.Add(request);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
