// What is between the store and its bucket: it sees every request, and does harm where a test asks for it. Any thread.

using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LedgerStore.Tests.S3;

internal sealed class S3Proxy : IAsyncDisposable
{
    private static readonly string[] s_ofTheHop = ["Connection", "Host", "Transfer-Encoding", "Expect", "Keep-Alive"];
    private readonly Uri _upstream;
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    private S3Proxy(Uri upstream, WebApplication app)
    {
        _upstream = upstream;
        _app = app;
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>All that came, in order.</summary>
    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    /// <summary>What is done to a request.</summary>
    public Func<SeenRequest, Harm> Harms { get; set; } = static _ => Harm.None;

    public static async Task<S3Proxy> StartAsync(Uri upstream)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        S3Proxy proxy = new(upstream, builder.Build());
        proxy._app.Run(proxy.PassAsync);
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        SeenRequest seen = new(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.Range.ToString(),
            context.Request.Headers.IfNoneMatch.ToString(),
            Requests.Count(one => one.Method == context.Request.Method));
        Requests.Enqueue(seen);
        Harm harm = Harms(seen);
        if (harm.Kind == HarmKind.Hang)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (harm.Kind is HarmKind.Cut or HarmKind.Hang)
        {
            context.Abort();
            return;
        }

        if (harm.Kind == HarmKind.Answer)
        {
            await DrainAsync(context.Request.Body);
            context.Response.StatusCode = harm.Number;
            await context.Response.WriteAsync($"<Error><Code>{harm.Code}</Code><Message>no</Message></Error>");
            return;
        }

        try
        {
            using HttpRequestMessage request = Copy(context.Request, seen, harm);
            using HttpResponseMessage response = await _http.SendAsync(request, context.RequestAborted);
            await AnswerAsync(context, response, seen, harm);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private HttpRequestMessage Copy(HttpRequest from, SeenRequest seen, Harm harm)
    {
        HttpRequestMessage request = new(new HttpMethod(from.Method), new Uri(_upstream, seen.Target));

        // Signed by who sent it: the store must see the name that the sender saw.
        request.Headers.Host = from.Host.Value;
        if (from.ContentLength is not null)
        {
            request.Content = new StreamContent(
                harm.Kind == HarmKind.CutBody ? new CutStream(from.Body, harm.Number) : from.Body);
        }

        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in from.Headers)
        {
            if (!s_ofTheHop.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return request;
    }

    private static async Task AnswerAsync(
        HttpContext context, HttpResponseMessage response, SeenRequest seen, Harm harm)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        seen.AnswerBytes = body.Length;
        if (harm.Kind == HarmKind.LoseAnswer)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)response.StatusCode;
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!s_ofTheHop.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (harm.Kind == HarmKind.FlipByte)
        {
            body[harm.Number % body.Length] ^= 1;
        }

        int sent = harm.Kind == HarmKind.CutAnswer ? harm.Number : body.Length;
        await context.Response.Body.WriteAsync(body.AsMemory(0, sent));
        if (harm.Kind == HarmKind.CutAnswer)
        {
            await context.Response.Body.FlushAsync();
            context.Abort();
        }
    }

    private static async Task DrainAsync(Stream body) => await body.CopyToAsync(Stream.Null);
}
