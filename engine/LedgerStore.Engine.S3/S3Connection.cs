// The client of the AWS library, set up so that it does what is asked and no more: one request for each call, no
// checksums of its own making, no redirects. Made once for a store; any thread.

using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace LedgerStore.Engine.S3;

/// <summary>Makes the client.</summary>
internal static class S3Connection
{
    /// <summary>With an endpoint and nothing else: what S3-compatible stores expect in signatures.</summary>
    private const string UsualRegion = "us-east-1";

    public static HttpClient CreateHttp(S3ColdStoreOptions options) => new(new SocketsHttpHandler
    {
        ConnectTimeout = options.StallAfter / 3,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),

        // Names of stores move to other addresses.
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    })
    {
        // Each attempt has its own watch.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public static AmazonS3Client Create(S3ColdStoreOptions options, HttpClient http)
    {
        AmazonS3Config config = new()
        {
            HttpClientFactory = new OneClient(http),

            // Attempts are counted in one place, which is Patience.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,

            // What the library would add by itself, many other stores do not understand. What protects the bytes on
            // their way is said at the request.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.ForcePathStyle = true;
            config.AuthenticationRegion = options.Region ?? UsualRegion;
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return new AmazonS3Client(config);
    }

    private sealed class OneClient(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;
    }
}
