// The operator's address: status, metrics and health, without TLS and without secrets. One listener of its own.
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace LedgerStore.Intake.Hosting;

internal sealed class OperationsDoor : IAsyncDisposable
{
    private const int ConnectionsMax = 64;

    private readonly WebApplication _app;
    private readonly Func<IntakeStatus> _status;

    private readonly MeterProvider _metrics = Sdk.CreateMeterProviderBuilder()
        .AddMeter(IntakeMetrics.MeterName, "LedgerStore.Client")
        .AddPrometheusExporter(options =>
        {
            options.ScopeInfoEnabled = false;
            options.TargetInfoEnabled = false;
        })
        .Build();

    public OperationsDoor(IPEndPoint address, Func<IntakeStatus> status, ILoggerFactory logging)
    {
        _status = status;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _app = builder.Build();
        _app.UseOpenTelemetryPrometheusScrapingEndpoint(
            _metrics,
            context => context.Request.Path.Value is "/metrics",
            path: null,
            configureBranchedPipeline: null,
            optionsName: null);
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://unset");

    public async Task StartAsync()
    {
        await _app.StartAsync().ConfigureAwait(false);
        Address = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/healthz":
                await context.Response.WriteAsync("ok\n").ConfigureAwait(false);
                break;
            case "/readyz":
                string? whyNot = _status().WhyNot();
                context.Response.StatusCode = whyNot is null
                    ? StatusCodes.Status200OK
                    : StatusCodes.Status503ServiceUnavailable;
                await context.Response.WriteAsync((whyNot ?? "ready") + "\n").ConfigureAwait(false);
                break;
            case "/status":
                context.Response.ContentType = "application/json";
                Utf8JsonWriter json = new(context.Response.BodyWriter);
                await using (json.ConfigureAwait(false))
                {
                    _status().Write(json);
                }

                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }
}
