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
    /// <remarks>It fails when the server has ended the call; reading the responses tells why.</remarks>
    public ValueTask WriteAsync(TRequest message) => writer.WriteAsync(message);

    /// <summary>Says that there are no more request messages.</summary>
    public ValueTask CompleteAsync() => raw.CompleteAsync();

    /// <summary>Completes the requests and waits for the single response of a client-streaming call.</summary>
    public async ValueTask<TResponse> FinishAsync()
    {
        try
        {
            await CompleteAsync().ConfigureAwait(false);
        }
        catch (RpcException error) when (error.Code == StatusCode.Cancelled)
        {
            // The server did not wait for the end of the requests. What it answered is read next.
        }

        return await Responses.ReadSingleAsync("response").ConfigureAwait(false);
    }

    public void Dispose() => raw.Dispose();
}
