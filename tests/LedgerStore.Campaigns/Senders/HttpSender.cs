// Senders by .NET's HTTP client with a client certificate: the audit webhook of Kubernetes, with lists made of
// KubernetesClient's types, and the SDK of CloudEvents. One loop for each.
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.Http;
using CloudNative.CloudEvents.SystemTextJson;

namespace LedgerStore.Campaigns.Senders;

/// <summary>Posts what a library made.</summary>
internal abstract class HttpSender : BatchSender
{
    private readonly HttpClient _http;

    protected HttpSender(SenderPlace place)
        : base(place) => _http = new HttpClient(Handler(place)) { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>Believes the development authority, and shows a certificate of it.</summary>
    public static SocketsHttpHandler Handler(SenderPlace place)
    {
        using X509Certificate2 fromFile = X509Certificate2.CreateFromPemFile(place.CertificateFile, place.KeyFile);
        X509Certificate2 own = X509CertificateLoader.LoadPkcs12(fromFile.Export(X509ContentType.Pkcs12), null);
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(place.CaFile));
        policy.RevocationMode = X509RevocationMode.NoCheck;
        return new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [own],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => own,
                CertificateChainPolicy = policy,
            },
        };
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected abstract HttpContent Content(int first, int count);

    protected override async Task<bool> TrySendAsync(int first, int count, CancellationToken stop)
    {
        using HttpContent content = Content(first, count);
        try
        {
            using HttpResponseMessage answer = await _http.PostAsync(Place.Address, content, stop);
            return answer.IsSuccessStatusCode || (answer.StatusCode == HttpStatusCode.ServiceUnavailable
                ? false
                : throw new InvalidOperationException($"{Place.Name} was answered with {answer.StatusCode}"));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return false;
        }
    }
}

/// <summary>Lists of audit events.</summary>
internal sealed class KubernetesSender(SenderPlace place) : HttpSender(place)
{
    public override string Kind => "kubernetes";

    protected override HttpContent Content(int first, int count) => new ByteArrayContent(AuditEvents.List(first, count))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
    };
}

/// <summary>Batches of events.</summary>
internal sealed class CloudEventsSender(SenderPlace place) : HttpSender(place)
{
    private static readonly JsonEventFormatter s_format = new();

    public override string Kind => "cloudevents";

    protected override HttpContent Content(int first, int count) => Enumerable.Range(first, count)
        .Select(static i => new CloudEvent
        {
            Id = $"{i}",
            Source = new Uri("https://example.org/shop"),
            Type = "org.example.sold",
            Time = DateTimeOffset.UnixEpoch.AddSeconds(i),
            DataContentType = MediaTypeNames.Application.Json,
            Data = new { amount = 7, number = $"#{i}#" },
        })
        .ToArray()
        .ToHttpContent(s_format);
}
