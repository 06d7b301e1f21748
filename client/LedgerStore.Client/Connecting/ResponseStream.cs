// The responses of a stream, one after the other.
// Owned by the caller; used by one thread at a time.

using Grpc.Core;

namespace LedgerStore.Client;

/// <summary>What an error of a call is about.</summary>
internal readonly record struct CalledMethod(IMethod Method, Uri Address, CallLimits Limits, int MessageBytesMax);

/// <summary>Reads responses. Disposing it ends the call.</summary>
internal sealed class ResponseStream<TResponse>(
    IAsyncStreamReader<TResponse> reader, Func<Metadata> trailers, IDisposable call, CalledMethod called) : IDisposable
{
    /// <summary>The response read last.</summary>
    internal TResponse Current => reader.Current;

    /// <summary>Waits for the next response. False: there are no more. The read that finds their end throws if the call
    /// failed.</summary>
    internal async ValueTask<bool> ReadAsync()
    {
        try
        {
            return await reader.MoveNext(CancellationToken.None).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            throw CallErrors.Explain(error, LedgerChannel.IsServers(trailers), called);
        }
    }

    public void Dispose() => call.Dispose();
}
