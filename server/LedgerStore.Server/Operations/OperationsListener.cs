// The operator's own listener: /metrics, /healthz and /readyz, in plain HTTP on a loopback address unless the operator
// opens it further (OperationsDoor). Nothing here is about a record or a ledger's content.
// Started and stopped by one thread; requests run on the thread pool.
using System.Net;
using LedgerStore.Server.Config;
using LedgerStore.Server.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Operations;

/// <summary>Serves metrics and health.</summary>
internal sealed class OperationsListener : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly PrometheusExporter exporter = new();

    private readonly OperationsDoor door;
    private readonly Readiness readiness;
    private readonly TimeProvider time;

    // What everybody gets who asks again within a second.
    private readonly Lock gate = new();
    private string text = string.Empty;
    private long? writtenAt;

    private OperationsListener(
        IPEndPoint address, OperationsDoor door, Readiness readiness, TimeProvider time)
    {
        this.door = door;
        this.readiness = readiness;
        this.time = time;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ServerLimits.OperationsConnections;
            kestrel.Limits.MaxRequestHeadersTotalSize = ServerLimits.HeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = ServerLimits.Headers;
            kestrel.Listen(address, door.Configure);
        });
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://unset");

    public static async Task<OperationsListener> StartAsync(
        IPEndPoint address, OperationsDoor door, Readiness readiness, TimeProvider time)
    {
        OperationsListener listener = new(address, door, readiness, time);
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

    private Task AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        switch (context.Request.Path.Value)
        {
            case "/metrics":
                return AnswerMetricsAsync(context);
            case "/healthz":
                return context.Response.WriteAsync("ok\n");
            case "/readyz" or "/readyz/append":
                return Answer(context, readiness.WhyNotForAppends());
            case "/readyz/read":
                return Answer(context, readiness.WhyNotForReads());
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    private async Task AnswerMetricsAsync(HttpContext context)
    {
        int status = await door.MayReadMetricsAsync(context).ConfigureAwait(false);
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status200OK)
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            await context.Response.WriteAsync(Text()).ConfigureAwait(false);
        }
    }

    private string Text()
    {
        lock (gate)
        {
            if (writtenAt is not { } last || time.GetElapsedTime(last) >= ServerLimits.MetricsAge)
            {
                text = exporter.Text();
                writtenAt = time.GetTimestamp();
            }

            return text;
        }
    }

    private static Task Answer(HttpContext context, string? whyNot)
    {
        context.Response.StatusCode = whyNot is null
            ? StatusCodes.Status200OK
            : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync((whyNot ?? "ready") + "\n");
    }
}
