// The names of gRPC over HTTP/2, as they are on the wire.
// Constants.

namespace LedgerStore.Protocol.Grpc;

internal static class HeaderNames
{
    internal const string Status = "grpc-status";
    internal const string Message = "grpc-message";
    internal const string StatusDetails = "grpc-status-details-bin";
    internal const string Timeout = "grpc-timeout";
    internal const string Encoding = "grpc-encoding";
    internal const string AcceptEncoding = "grpc-accept-encoding";
    internal const string Te = "te";
    internal const string UserAgent = "user-agent";
    internal const string ContentType = "content-type";

    internal const string GrpcContentType = "application/grpc";
    internal const string Identity = "identity";
    internal const string Gzip = "gzip";
    internal const string AcceptedEncodings = "identity,gzip";

    /// <summary>True for names that belong to HTTP or to gRPC itself: never part of a call's metadata.</summary>
    internal static bool IsReserved(ReadOnlySpan<char> name) =>
        name.Length == 0
        || name[0] == ':'
        || (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)
            && !name.Equals(StatusDetails, StringComparison.OrdinalIgnoreCase))
        || name.Equals(Te, StringComparison.OrdinalIgnoreCase)
        || name.Equals(ContentType, StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-length", StringComparison.OrdinalIgnoreCase)
        || name.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase)
        || name.Equals("connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("host", StringComparison.OrdinalIgnoreCase)
        || name.Equals("trailer", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for <c>application/grpc</c>, with <c>+proto</c> or parameters or without.</summary>
    internal static bool IsGrpcContentType(ReadOnlySpan<char> contentType)
    {
        if (!contentType.StartsWith(GrpcContentType, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        ReadOnlySpan<char> rest = contentType[GrpcContentType.Length..];
        if (rest.StartsWith("+proto", StringComparison.OrdinalIgnoreCase))
        {
            rest = rest["+proto".Length..];
        }

        return rest.IsEmpty || rest[0] is ';' or ' ';
    }
}
