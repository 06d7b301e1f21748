// The methods of tests/interop/interop.proto, with the marshallers of our own messages.
// Constants; any thread.

using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Tests.Grpc.V1;

namespace LedgerStore.Tests.Grpc;

internal static class InteropMethods
{
    internal static Method<EchoRequest, EchoResponse> Unary { get; } = Method(nameof(Unary));

    internal static Method<EchoRequest, EchoResponse> ClientStream { get; } = Method(nameof(ClientStream));

    internal static Method<EchoRequest, EchoResponse> ServerStream { get; } = Method(nameof(ServerStream));

    internal static Method<EchoRequest, EchoResponse> Duplex { get; } = Method(nameof(Duplex));

    /// <summary>A method that the .proto file need not have.</summary>
    internal static Method<EchoRequest, EchoResponse> Named(string service, string name) => new(
        MethodType.Unary, service, name,
        MessageMarshaller.Of(EchoRequest.Parser), MessageMarshaller.Of(EchoResponse.Parser));

    private static Method<EchoRequest, EchoResponse> Method(string name) => MessageMarshaller.MethodOf(
        InteropReflection.Descriptor.Services[0].FindMethodByName(name),
        MessageMarshaller.Of(EchoRequest.Parser),
        MessageMarshaller.Of(EchoResponse.Parser));
}
