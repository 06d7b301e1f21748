// A call with streams in both directions.
// Owned by the caller. One thread may write while another reads.

using Grpc.Core;

namespace LedgerStore.Client;

/// <summary>Sends requests and reads responses. Disposing it ends the call.</summary>
internal sealed class DuplexStream<TRequest, TResponse>(
    AsyncDuplexStreamingCall<TRequest, TResponse> call, CalledMethod called) : IDisposable
    where TRequest : class
    where TResponse : class
{
    /// <summary>The responses.</summary>
    internal ResponseStream<TResponse> Responses { get; } =
        new(call.ResponseStream, call.GetTrailers, call, called);

    /// <summary>Sends a request, and waits while the server does not take it.</summary>
    /// <exception cref="OperationCanceledException">The call has ended; reading the responses tells why.</exception>
    internal Task WriteAsync(TRequest request)
    {
        Task writing = call.RequestStream.WriteAsync(request);
        return writing.IsCompletedSuccessfully ? writing : EchoAsync(writing);
    }

    /// <summary>Says that there are no more requests.</summary>
    internal Task CompleteAsync() => EchoAsync(call.RequestStream.CompleteAsync());

    public void Dispose() => call.Dispose();

    // A write that fails is only the echo of a call that has ended.
    private async Task EchoAsync(Task writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException or IOException)
        {
            throw new OperationCanceledException(
                $"the server takes no more messages of {called.Method.FullName[1..]}; reading the responses tells why",
                error);
        }
    }
}
