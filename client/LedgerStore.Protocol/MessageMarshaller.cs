// How messages that are objects become bytes and back: Google.Protobuf straight into and out of the transport's
// buffers. Pure functions; any thread.

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace LedgerStore.Protocol;

/// <summary>Marshallers of compiled messages.</summary>
internal static class MessageMarshaller
{
    /// <summary>The marshaller of one message. What does not parse ends the call as INTERNAL, as in C core and Go.
    /// </summary>
    internal static Marshaller<T> Of<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => new(Write, context =>
    {
        try
        {
            return parser.ParseFrom(context.PayloadAsReadOnlySequence());
        }
        catch (InvalidProtocolBufferException cause)
        {
            throw new RpcException(new Status(
                StatusCode.Internal, $"a message is not a valid {typeof(T).Name}", cause));
        }
    });

    /// <summary>A method of a compiled .proto file, with what its messages are on this side.</summary>
    internal static Method<TRequest, TResponse> MethodOf<TRequest, TResponse>(
        MethodDescriptor method, Marshaller<TRequest> request, Marshaller<TResponse> response) => new(
        (method.IsClientStreaming, method.IsServerStreaming) switch
        {
            (false, false) => MethodType.Unary,
            (true, false) => MethodType.ClientStreaming,
            (false, true) => MethodType.ServerStreaming,
            (true, true) => MethodType.DuplexStreaming,
        },
        method.Service.FullName,
        method.Name,
        request,
        response);

    private static void Write<T>(T message, SerializationContext context)
        where T : class, IMessage<T>
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }
}
