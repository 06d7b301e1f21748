// A call with one request message and a stream of responses.
// Owned by the caller; used by one thread at a time.

using Google.Protobuf;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

/// <summary>A call with a stream of response messages. Disposing it ends the call.</summary>
public sealed class ServerStreamCall<TResponse> : IDisposable
    where TResponse : class, IMessage<TResponse>
{
    internal ServerStreamCall(ClientCall call, MessageParser<TResponse> parser)
    {
        Call = call;
        RawResponses = new RawMessageReader(call);
        Responses = new MessageReader<TResponse>(RawResponses, parser);
    }

    /// <summary>Headers, trailers and cancellation of this call.</summary>
    public ClientCall Call { get; }

    /// <summary>The response messages. The read that finds their end throws if the call failed.</summary>
    public MessageReader<TResponse> Responses { get; }

    /// <summary>The same messages in place; use either this or <see cref="Responses"/>.</summary>
    public RawMessageReader RawResponses { get; }

    public void Dispose() => Call.Dispose();
}
