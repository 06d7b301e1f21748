// What a message stream needs from the call it belongs to. Implemented by the client's call and by the server's call.
// Its members are called by whichever thread reads or writes messages of the call.

using System.IO.Pipelines;

namespace LedgerStore.Protocol.Grpc;

/// <summary>The two ends of a call, as their message streams see them.</summary>
public abstract class CallSide
{
    /// <summary>Cancelled at the deadline, when the caller gives up, and when the peer is gone.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>The largest message that is accepted, after decompression.</summary>
    internal abstract int ReceiveBytesMax { get; }

    /// <summary>The largest message that may be sent, before compression.</summary>
    internal abstract int SendBytesMax { get; }

    /// <summary>Where the peer's messages come from. Requirement: may be called once; may wait for headers.</summary>
    internal abstract ValueTask<PipeReader> OpenReaderAsync();

    /// <summary>Whether the peer announced gzip; known once the reader is open.</summary>
    internal abstract bool IsPeerGzip { get; }

    /// <summary>The first message is about to be written: the last moment for headers. True: use gzip.</summary>
    internal abstract bool StartWriting();

    /// <summary>The peer's messages ended in order. Requirement: throws if its status says the call failed.</summary>
    internal abstract void ReaderEnded();

    /// <summary>Turns an exception of the transport into one the user of the call can act upon.</summary>
    internal abstract Exception Translate(Exception error);

    /// <summary>The same for a write that failed, which often is only the echo of a call that has ended.</summary>
    internal abstract Exception TranslateWrite(Exception error);
}
