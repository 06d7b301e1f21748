// The messages of one direction of a call, written straight into the transport's buffers.
// Owned by one call; used by one thread at a time.

using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace LedgerStore.Protocol.Grpc;

/// <summary>
/// Writes messages without copying or allocating: <see cref="Begin"/> with the exact length, then that many bytes
/// through the <see cref="IBufferWriter{T}"/> members, then <see cref="End"/>. Nothing is sent before
/// <see cref="FlushAsync"/>, which waits while the peer does not read: flush often enough that what is buffered stays
/// small.
/// </summary>
public sealed class RawMessageWriter : IBufferWriter<byte>
{
    private readonly CallSide call;
    private readonly PipeWriter pipe;
    private readonly int messageBytesMax;
    private IBufferWriter<byte> target;
    private GrowingBuffer? plain;
    private int missingBytes = -1;
    private bool hasStarted;
    private bool isGzip;

    internal RawMessageWriter(CallSide call, PipeWriter pipe)
    {
        this.call = call;
        this.pipe = pipe;
        messageBytesMax = call.SendBytesMax;
        target = pipe;
    }

    /// <summary>Bytes that were written and not yet flushed.</summary>
    public long UnflushedBytes => pipe.CanGetUnflushedBytes ? pipe.UnflushedBytes : 0;

    /// <summary>Opens a message of exactly this many bytes.</summary>
    public void Begin(int length)
    {
        if (missingBytes >= 0)
        {
            throw new InvalidOperationException("the message before this one was not ended");
        }

        if (length > messageBytesMax)
        {
            throw MessageFrame.TooLarge("sent", length, messageBytesMax);
        }

        if (!hasStarted)
        {
            StartSlow();
        }

        missingBytes = length;
        if (isGzip)
        {
            return;
        }

        MessageFrame.WritePrefix(pipe.GetSpan(MessageFrame.PrefixBytes), isCompressed: false, length);
        pipe.Advance(MessageFrame.PrefixBytes);
    }

    /// <summary>Closes the message; all of its bytes must have been written.</summary>
    public void End()
    {
        if (missingBytes != 0)
        {
            throw new InvalidOperationException($"the message lacks {missingBytes:N0} bytes of its length");
        }

        missingBytes = -1;
        if (isGzip)
        {
            WriteCompressedSlow();
        }
    }

    public void Advance(int count)
    {
        if (count > missingBytes)
        {
            throw new InvalidOperationException(
                $"{count:N0} bytes written where the message has room for {Math.Max(missingBytes, 0):N0}");
        }

        missingBytes -= count;
        target.Advance(count);
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => target.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => target.GetSpan(sizeHint);

    /// <summary>Writes a message that is ready as bytes.</summary>
    public void WriteMessage(ReadOnlySpan<byte> message)
    {
        Begin(message.Length);
        this.Write(message);
        End();
    }

    /// <summary>
    /// Sends what was written, and waits while the peer does not take it. On a client, a flush that fails because the
    /// server has ended the call says so; why it did is what reading the responses throws.
    /// </summary>
    public ValueTask FlushAsync()
    {
        ValueTask<FlushResult> flush;
        try
        {
            flush = pipe.FlushAsync(call.CancellationToken);
        }
        catch (Exception error) when (error is not RpcException)
        {
            return ValueTask.FromException(call.TranslateWrite(error));
        }

        if (!flush.IsCompletedSuccessfully)
        {
            return FlushSlowAsync(flush);
        }

        return flush.Result.IsCompleted ? ValueTask.FromException(call.TranslateWrite(PeerIsGone())) : default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushSlowAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            FlushResult result = await flush.ConfigureAwait(false);
            if (result.IsCompleted)
            {
                throw PeerIsGone();
            }
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw call.TranslateWrite(error);
        }
    }

    private static OperationCanceledException PeerIsGone() => new("the peer no longer takes messages of this call");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void StartSlow()
    {
        hasStarted = true;
        isGzip = call.StartWriting();
        if (isGzip)
        {
            plain = new GrowingBuffer();
            target = plain;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteCompressedSlow()
    {
        using GrowingBuffer compressed = new();
        GzipCodec.Compress(plain!.Written.Span, compressed);

        // What does not shrink goes out as it is: the flag is per message.
        bool pays = compressed.Count < plain.Count;
        ReadOnlySpan<byte> body = pays ? compressed.Written.Span : plain.Written.Span;
        MessageFrame.WritePrefix(pipe.GetSpan(MessageFrame.PrefixBytes), isCompressed: pays, body.Length);
        pipe.Advance(MessageFrame.PrefixBytes);
        pipe.Write(body);
        plain.Dispose();
    }
}
