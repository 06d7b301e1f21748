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
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace LedgerStore.Server.Operations;

/// <summary>Serves metrics and health.</summary>
internal sealed class OperationsListener : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly OperationsDoor _door;
    private readonly Readiness _readiness;

    private readonly MeterProvider _metrics = Sdk.CreateMeterProviderBuilder()
        .AddMeter(ServerMetrics.Exported)
        .AddPrometheusExporter(options =>
        {
            // Names and labels are those of the documents, and nothing else.
            options.ScopeInfoEnabled = false;
            options.TargetInfoEnabled = false;
            options.ScrapeResponseCacheDurationMilliseconds = (int)ServerLimits.MetricsAge.TotalMilliseconds;
        })
        .Build();

    private OperationsListener(IPEndPoint address, OperationsDoor door, Readiness readiness)
    {
        _door = door;
        _readiness = readiness;
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
        _app = builder.Build();
        _app.Use(RefuseOtherMethods);

        // The guard is inside the branch that answers: no path leads around it.
        _app.UseOpenTelemetryPrometheusScrapingEndpoint(
            _metrics,
            context => context.Request.Path.Value is "/metrics",
            path: null,
            branch => branch.Use(GuardMetricsAsync),
            optionsName: null);
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://unset");

    public static async Task<OperationsListener> StartAsync(
        IPEndPoint address, OperationsDoor door, Readiness readiness)
    {
        OperationsListener listener = new(address, door, readiness);
        await listener._app.StartAsync().ConfigureAwait(false);
        listener.Address = new Uri(listener._app.Urls.First());
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    private static Task RefuseOtherMethods(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    private async Task GuardMetricsAsync(HttpContext context, RequestDelegate next)
    {
        int status = await _door.MayReadMetricsAsync(context).ConfigureAwait(false);
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status200OK)
        {
            await next(context).ConfigureAwait(false);
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/healthz":
                return context.Response.WriteAsync("ok\n");
            case "/readyz" or "/readyz/append":
                return Answer(context, _readiness.WhyNotForAppends());
            case "/readyz/read":
                return Answer(context, _readiness.WhyNotForReads());
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
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
