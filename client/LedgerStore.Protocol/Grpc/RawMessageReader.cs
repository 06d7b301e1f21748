// The messages of one direction of a call, in place: each is a slice of the transport's own buffers.
// Owned by one call; used by one thread at a time.

using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace LedgerStore.Protocol.Grpc;

/// <summary>Reads messages without copying or allocating.</summary>
public sealed class RawMessageReader
{
    private readonly CallSide call;
    private readonly int messageBytesMax;
    private PipeReader? pipe;
    private ReadOnlySequence<byte> buffered;
    private ReadOnlySequence<byte> current;
    private GrowingBuffer? decompressed;
    private bool hasResult;
    private bool isPeerDone;
    private bool hasEnded;

    internal RawMessageReader(CallSide call)
    {
        this.call = call;
        messageBytesMax = call.ReceiveBytesMax;
    }

    /// <summary>The message read last. Valid until the next <see cref="TryRead"/> or <see cref="ReadAsync"/>.</summary>
    public ReadOnlySequence<byte> Current => current;

    /// <summary>Takes the next message if it has already arrived.</summary>
    public bool TryRead()
    {
        current = default;
        decompressed?.Dispose();
        if (!hasResult || !MessageFrame.TryTake(ref buffered, messageBytesMax, out current, out bool isCompressed))
        {
            return false;
        }

        if (isCompressed)
        {
            DecompressSlow();
        }

        return true;
    }

    /// <summary>Waits for the next message. False: the peer has sent its last.</summary>
    public ValueTask<bool> ReadAsync()
    {
        try
        {
            return TryRead() ? new ValueTask<bool>(true) : ReadSlowAsync();
        }
        catch (RpcException error)
        {
            return ValueTask.FromException<bool>(error);
        }
    }

    /// <summary>Reads the only message of a direction that is no stream: returns when the peer has said that nothing
    /// follows, so that nothing has happened yet when something does.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadOnlyAsync(string what)
    {
        pipe ??= await call.OpenReaderAsync().ConfigureAwait(false);
        while (!isPeerDone)
        {
            await FillAsync(pipe).ConfigureAwait(false);
            if (HasMoreThanOne())
            {
                throw new RpcException(StatusCode.Internal, $"the call has more than one {what} message");
            }
        }

        if (!TryRead())
        {
            EndOfMessages();
            throw new RpcException(StatusCode.Internal, $"the call has no {what} message");
        }
    }

    // Also refuses a message that is too large as soon as its length is there.
    private bool HasMoreThanOne()
    {
        ReadOnlySequence<byte> rest = buffered;
        return MessageFrame.TryTake(ref rest, messageBytesMax, out _, out _) && rest.Length > 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadSlowAsync()
    {
        pipe ??= await call.OpenReaderAsync().ConfigureAwait(false);
        while (true)
        {
            if (isPeerDone)
            {
                return EndOfMessages();
            }

            await FillAsync(pipe).ConfigureAwait(false);
            if (TryRead())
            {
                return true;
            }
        }
    }

    // Gives back what was consumed, says that all of the rest was looked at, and waits for more.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(PipeReader source)
    {
        try
        {
            if (hasResult)
            {
                hasResult = false;
                source.AdvanceTo(buffered.Start, buffered.End);
            }

            ReadResult result = await source.ReadAsync(call.CancellationToken).ConfigureAwait(false);
            buffered = result.Buffer;
            hasResult = true;
            isPeerDone = result.IsCompleted;
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw call.Translate(error);
        }
    }

    private bool EndOfMessages()
    {
        if (hasEnded)
        {
            return false;
        }

        hasEnded = true;
        long rest = buffered.Length;
        if (hasResult)
        {
            hasResult = false;
            pipe!.AdvanceTo(buffered.End);
            buffered = default;
        }

        // On the client a status explains a cut message better than the cut does, so it goes first.
        call.ReaderEnded();
        return rest == 0
            ? false
            : throw new RpcException(StatusCode.Internal, $"the stream ended {rest:N0} bytes into a message");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DecompressSlow()
    {
        if (!call.IsPeerGzip)
        {
            throw new RpcException(
                StatusCode.Internal, "a message is marked compressed, but no grpc-encoding was sent")
            {
                IsMalformed = true,
            };
        }

        decompressed ??= new GrowingBuffer();
        GzipCodec.Decompress(current, messageBytesMax, decompressed);
        current = new ReadOnlySequence<byte>(decompressed.Written);
    }
}
