// A message of a hot stream as it came: copied once out of the transport's buffer into one that is used again.
// Owned by the reader it was given to, who disposes it; the pool of idle ones is shared by all threads.

using System.Buffers;
using System.Collections.Concurrent;
using Grpc.Core;

namespace LedgerStore.Protocol.Wire;

/// <summary>The bytes of a message, valid until it is disposed.</summary>
public sealed class ReceivedMessage : WireMessage, IDisposable
{
    // As many as are parsed at the same moment, not as many as streams are open.
    private const int IdleMax = 256;
    private static readonly ConcurrentQueue<ReceivedMessage> s_idle = new();

    private byte[] _bytes = [];
    private int _length;

    /// <summary>How hot messages are received.</summary>
    internal static new Marshaller<ReceivedMessage> Marshaller { get; } = new(
        static (message, context) => WireMessage.Marshaller.ContextualSerializer(message, context),
        static context => Copy(context.PayloadAsReadOnlySequence()));

    /// <summary>The message in one piece.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public override int Length => _length;

    /// <summary>Takes a copy.</summary>
    public static ReceivedMessage Copy(in ReadOnlySequence<byte> bytes)
    {
        ReceivedMessage message = s_idle.TryDequeue(out ReceivedMessage? idle) ? idle : new ReceivedMessage();
        message._length = (int)bytes.Length;
        message._bytes = ArrayPool<byte>.Shared.Rent(message._length);
        bytes.CopyTo(message._bytes);
        return message;
    }

    /// <summary>Writes it as it came.</summary>
    public override void WriteTo(IBufferWriter<byte> writer) => writer.Write(_bytes.AsSpan(0, _length));

    /// <summary>Gives the memory back. Whoever has it twice would have another's message: dispose once.</summary>
    public void Dispose()
    {
        if (_bytes.Length == 0)
        {
            return;
        }

        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
        if (s_idle.Count < IdleMax)
        {
            s_idle.Enqueue(this);
        }
    }
}
