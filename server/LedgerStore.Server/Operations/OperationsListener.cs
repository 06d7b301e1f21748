// The operator's own door: /metrics, /healthz and /readyz in plain HTTP on a loopback address. Nothing here is about a
// record or a ledger's content. Started and stopped by one thread.
using System.Net;
using LedgerStore.Server.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Operations;

/// <summary>Serves metrics and health.</summary>
internal sealed class OperationsListener : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly PrometheusExporter exporter = new();

    private OperationsListener(IPEndPoint address, Func<string?> whyNotReady)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        });
        app = builder.Build();
        app.Run(context => AnswerAsync(context, whyNotReady));
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://unset");

    /// <param name="whyNotReady">Null while the server can serve; else why it cannot.</param>
    public static async Task<OperationsListener> StartAsync(IPEndPoint address, Func<string?> whyNotReady)
    {
        OperationsListener listener = new(address, whyNotReady);
        await listener.app.StartAsync().ConfigureAwait(false);
        listener.Address = new Uri(listener.app.Urls.First());
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync().ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        exporter.Dispose();
    }

    private Task AnswerAsync(HttpContext context, Func<string?> whyNotReady)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        switch (context.Request.Path.Value)
        {
            case "/metrics":
                context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                return context.Response.WriteAsync(exporter.Text());
            case "/healthz":
                return context.Response.WriteAsync("ok\n");
            case "/readyz" when whyNotReady() is { } reason:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return context.Response.WriteAsync(reason + "\n");
            case "/readyz":
                return context.Response.WriteAsync("ready\n");
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }
}
