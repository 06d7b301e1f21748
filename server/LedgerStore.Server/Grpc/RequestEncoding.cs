// What a client said about its call in the headers of gRPC itself.
// Pure functions; any thread.

using LedgerStore.Protocol.Grpc;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LedgerStore.Server.Grpc;

internal static class RequestEncoding
{
    internal static bool IsGzip(IHeaderDictionary headers)
    {
        string? encoding = headers[HeaderNames.Encoding];
        if (string.IsNullOrEmpty(encoding) || encoding.Equals(HeaderNames.Identity, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return encoding.Equals(HeaderNames.Gzip, StringComparison.OrdinalIgnoreCase)
            ? true
            : throw new RpcException(
                StatusCode.Unimplemented, $"grpc-encoding \"{encoding}\" is not supported; use identity or gzip");
    }

    internal static bool AcceptsGzip(IHeaderDictionary headers) =>
        Accepts(headers[HeaderNames.AcceptEncoding], HeaderNames.Gzip);

    /// <summary>Whether a list of encodings names one, without regard to preferences.</summary>
    internal static bool Accepts(StringValues values, string encoding)
    {
        foreach (string? value in values)
        {
            foreach (Range part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim(' ').Equals(encoding, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    internal static TimeSpan? Timeout(IHeaderDictionary headers)
    {
        string? text = headers[HeaderNames.Timeout];
        if (text is null)
        {
            return null;
        }

        return GrpcTimeout.TryParse(text, out TimeSpan timeout)
            ? timeout
            : throw new RpcException(
                StatusCode.Internal, "grpc-timeout is not a number of at most 8 digits and a unit");
    }

    internal static Metadata Metadata(IHeaderDictionary headers)
    {
        Metadata metadata = [];
        foreach (KeyValuePair<string, StringValues> header in headers)
        {
            foreach (string? value in header.Value)
            {
                metadata.AddFromWire(header.Key, value ?? string.Empty);
            }
        }

        return metadata;
    }
}
