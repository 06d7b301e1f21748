// The headers every request has, and the caller's metadata.
// Pure functions; any thread.

using System.Net.Http.Headers;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

internal static class RequestHeaders
{
    private static readonly string UserAgent =
        $"grpc-ledgerstore-dotnet/{typeof(RequestHeaders).Assembly.GetName().Version?.ToString(3)}";

    internal static void Write(HttpRequestHeaders headers, in CallOptions options, string? serverName)
    {
        if (serverName is not null)
        {
            // The HTTP client checks the server's certificate against this, and ignores the name in its TLS options.
            headers.Host = serverName;
        }

        headers.TryAddWithoutValidation(HeaderNames.Te, "trailers");
        headers.TryAddWithoutValidation(HeaderNames.UserAgent, UserAgent);
        headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, HeaderNames.AcceptedEncodings);
        if (options.CompressRequest)
        {
            headers.TryAddWithoutValidation(HeaderNames.Encoding, HeaderNames.Gzip);
        }

        if (options.Timeout is { } timeout)
        {
            headers.TryAddWithoutValidation(HeaderNames.Timeout, GrpcTimeout.Format(timeout));
        }

        if (options.Headers is null)
        {
            return;
        }

        foreach (Metadata.Entry entry in options.Headers)
        {
            headers.TryAddWithoutValidation(entry.Name, entry.WireValue);
        }
    }
}
