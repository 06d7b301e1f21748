// Messages of one direction of a call as objects.
// Owned by one call; used by one thread at a time.

using Google.Protobuf;

namespace LedgerStore.Protocol.Grpc;

/// <summary>Writes messages, one after the other.</summary>
public sealed class MessageWriter<T>
    where T : class, IMessage<T>
{
    private readonly RawMessageWriter raw;

    internal MessageWriter(RawMessageWriter raw) => this.raw = raw;

    /// <summary>Sends a message, and waits while the peer does not take it.</summary>
    public ValueTask WriteAsync(T message)
    {
        Write(message);
        return raw.FlushAsync();
    }

    /// <summary>Buffers a message, to be sent with the next flush.</summary>
    public void Write(T message)
    {
        raw.Begin(message.CalculateSize());
        message.WriteTo(raw);
        raw.End();
    }

    /// <summary>Sends what was buffered, and waits while the peer does not take it.</summary>
    public ValueTask FlushAsync() => raw.FlushAsync();
}
