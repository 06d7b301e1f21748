// A call with streams in both directions, or with a stream of requests and one response.
// Owned by the caller. One thread may write while another reads.

using Google.Protobuf;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

/// <summary>A call with a stream of request messages. Disposing it ends the call.</summary>
public sealed class DuplexCall<TRequest, TResponse> : IDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly RawCall raw;
    private readonly MessageWriter<TRequest> writer;

    internal DuplexCall(RawCall raw, MethodDescriptor<TRequest, TResponse> method)
    {
        this.raw = raw;
        writer = new MessageWriter<TRequest>(raw.Requests);
        Responses = new MessageReader<TResponse>(raw.Responses, method.ResponseParser);
    }

    /// <summary>Headers, trailers and cancellation of this call.</summary>
    public ClientCall Call => raw.Call;

    /// <summary>The response messages. The read that finds their end throws if the call failed.</summary>
    public MessageReader<TResponse> Responses { get; }

    /// <summary>Sends a request message, and waits while the server does not take it.</summary>
    /// <remarks>If the server has ended the call, this throws the status it ended with.</remarks>
    public async ValueTask WriteAsync(TRequest message)
    {
        try
        {
            await writer.WriteAsync(message).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not RpcException { Code: StatusCode.ResourceExhausted })
        {
            throw await raw.Call.WhyWritingFailedAsync(error, raw.Responses).ConfigureAwait(false);
        }
    }

    /// <summary>Says that there are no more request messages.</summary>
    public ValueTask CompleteAsync() => raw.CompleteAsync();

    /// <summary>Completes the requests and waits for the single response of a client-streaming call.</summary>
    public async ValueTask<TResponse> FinishAsync()
    {
        await CompleteAsync().ConfigureAwait(false);
        return await Responses.ReadSingleAsync("response").ConfigureAwait(false);
    }

    public void Dispose() => raw.Dispose();
}
