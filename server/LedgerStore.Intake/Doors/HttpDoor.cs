// One address on which HTTP sources are served, by TLS or on this machine without. Its sources and its certificate can
// be exchanged while it serves. Started and stopped by one thread; requests run on the thread pool.
using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using LedgerStore.Intake.Config;
using LedgerStore.Intake.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Intake.Doors;

internal sealed class HttpDoor : IDoor
{
    private readonly WebApplication _app;
    private readonly MemoryBudget _budget;
    private readonly TimeProvider _time;
    private ImmutableArray<HttpSource> _sources = [];
    private SenderTrust? _trust;

    public HttpDoor(
        IPEndPoint address,
        IReadOnlyList<ServedSource> sources,
        SenderTrust? trust,
        MemoryBudget budget,
        ILoggerFactory logging,
        TimeProvider time)
    {
        _budget = budget;
        _time = time;
        Exchange(sources, trust);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.RequestHeaderEncodingSelector = static _ => HeaderText.Letters;
            kestrel.ResponseHeaderEncodingSelector = static _ => HeaderText.Letters;
            kestrel.Limits.MaxConcurrentConnections = IntakeLimits.Connections;
            // RequestBody counts, and answers in the dialect of the sender.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(address, Configure);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Address { get; private set; } = new("http://unset");

    public async Task StartAsync()
    {
        await _app.StartAsync().ConfigureAwait(false);
        Address = new Uri(_app.Urls.First());
    }

    // The longest path first: a source with a longer one is not hidden by another.
    public void Exchange(IReadOnlyList<ServedSource> sources, SenderTrust? trust)
    {
        ImmutableInterlocked.InterlockedExchange(
            ref _sources,
            [
                .. sources.OrderByDescending(each => each.Config.Path.Length).Select(each => new HttpSource(
                    each.Config, each.Pipeline, DialectOf(each.Config.Kind), _budget, _time)),
            ]);
        Volatile.Write(ref _trust, trust);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static IDialect DialectOf(SourceKind kind) => kind switch
    {
        SourceKind.Json => new JsonDialect(),
        SourceKind.Kubernetes => new KubernetesDialect(),
        SourceKind.CloudEvents => new CloudEventsDialect(),
        SourceKind.Splunk => new SplunkDialect(),
        SourceKind.Otlp => new OtlpDialect(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not reached by HTTP"),
    };

    private void Configure(ListenOptions listen)
    {
        if (_trust is null)
        {
            listen.Protocols = HttpProtocols.Http1;
            return;
        }

        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(10),
            OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(
                Volatile.Read(ref _trust)!.Options([SslApplicationProtocol.Http2, SslApplicationProtocol.Http11])),
        });
    }

    private Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? string.Empty;
        foreach (HttpSource source in _sources)
        {
            if (source.RestOf(path) is { } rest)
            {
                return source.HandleAsync(context, rest);
            }
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Replies.WriteAsync(context, json => json.WriteString("error", "no source has this path"));
    }
}
