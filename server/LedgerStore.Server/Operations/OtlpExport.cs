// Pushes metrics and traces to a collector by OTLP, if the configuration names one. Made once; disposed at the end,
// which sends what is left. Runs on threads of the OpenTelemetry library.
using LedgerStore.Server.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LedgerStore.Server.Operations;

/// <summary>The export to a collector.</summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    public OtlpExport(Uri endpoint, string publicName)
    {
        ResourceBuilder resource = ResourceBuilder.CreateDefault()
            .AddService("ledgerstore", serviceInstanceId: publicName);
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(ServerMetrics.Exported)
            .AddOtlpExporter(options => Set(options, endpoint, "v1/metrics"))
            .Build();

        // The web server makes a span for each call, and takes the caller's trace context (W3C traceparent) along.
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource("Microsoft.AspNetCore")
            .AddOtlpExporter(options => Set(options, endpoint, "v1/traces"))
            .Build();
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _traces.Dispose();
    }

    private static void Set(OtlpExporterOptions options, Uri endpoint, string path)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);
    }
}
