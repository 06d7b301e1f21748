// A call whose messages are bytes: the path of hot streams, and what the typed calls are made of.
// Owned by the caller. One thread may write while another reads.

using System.IO.Pipelines;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

/// <summary>A call of any kind with messages in place. Disposing it ends the call.</summary>
public sealed class RawCall : IDisposable
{
    private readonly StreamContent content;

    internal RawCall(ClientCall call, StreamContent content, PipeWriter pipe)
    {
        Call = call;
        this.content = content;
        Requests = new RawMessageWriter(call, pipe);
        Responses = new RawMessageReader(call);
    }

    /// <summary>Headers, trailers and cancellation of this call.</summary>
    public ClientCall Call { get; }

    /// <summary>The request messages. Flush after writing.</summary>
    public RawMessageWriter Requests { get; }

    /// <summary>The response messages. The read that finds their end throws if the call failed.</summary>
    public RawMessageReader Responses { get; }

    /// <summary>Says that there are no more request messages; flushes first.</summary>
    public async ValueTask CompleteAsync()
    {
        await Requests.FlushAsync().ConfigureAwait(false);
        content.Finish();
    }

    public void Dispose() => Call.Dispose();
}
