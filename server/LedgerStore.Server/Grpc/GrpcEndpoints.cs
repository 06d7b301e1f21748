// The entry: app.MapGrpc(...) registers all gRPC services of a server.
// Used by one thread at start.

using Microsoft.AspNetCore.Routing;

namespace LedgerStore.Server.Grpc;

internal static class GrpcEndpoints
{
    /// <summary>
    /// Registers services. Calls of methods that are not registered answer UNIMPLEMENTED, after passing the
    /// interceptor with <paramref name="unknownMetadata"/> as their metadata.
    /// </summary>
    public static void MapGrpc(
        this IEndpointRouteBuilder endpoints,
        GrpcOptions options,
        Action<GrpcBuilder> register,
        params object[] unknownMetadata)
    {
        GrpcBuilder builder = new(endpoints, options);
        register(builder);
        builder.AddUnknown(unknownMetadata);
    }
}
