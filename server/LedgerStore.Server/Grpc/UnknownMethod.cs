// What is called when nobody serves the path: UNIMPLEMENTED, after the interceptor has seen the call.
// Constants.

using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.Health.V1;

namespace LedgerStore.Server.Grpc;

internal static class UnknownMethod
{
    /// <summary>Stands for all paths that are no method. It has no name: that would be the caller's text.</summary>
    internal static MethodDescriptor Descriptor { get; } =
        new MethodDescriptor<HealthListRequest, HealthListResponse>(
            "unknown", "unknown", MethodKind.Unary, HealthListRequest.Parser, HealthListResponse.Parser);

    internal static CallHandler Handler { get; } = static _ =>
        throw new RpcException(StatusCode.Unimplemented, "this server has no such method");
}
