// The methods of tests/interop/interop.proto.
// Constants; any thread.

using Google.Protobuf.Reflection;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Tests.Grpc.V1;

namespace LedgerStore.Tests.Grpc;

internal static class InteropMethods
{
    private static readonly ServiceDescriptor Service = InteropReflection.Descriptor.Services[0];

    internal static MethodDescriptor<EchoRequest, EchoResponse> Unary { get; } = new(Service, "Unary");

    internal static MethodDescriptor<EchoRequest, EchoResponse> ClientStream { get; } = new(Service, "ClientStream");

    internal static MethodDescriptor<EchoRequest, EchoResponse> ServerStream { get; } = new(Service, "ServerStream");

    internal static MethodDescriptor<EchoRequest, EchoResponse> Duplex { get; } = new(Service, "Duplex");
}
