// The messages of hot streams: bytes that are written and read in place, never objects made of fields.
// A message is owned by whoever made or received it.

using System.Buffers;
using Grpc.Core;

namespace LedgerStore.Protocol.Wire;

/// <summary>A message that writes itself into the transport's buffer. It may be used again once it is sent.</summary>
public abstract class WireMessage
{
    /// <summary>How hot messages are sent. Nobody receives what only can be written.</summary>
    internal static Marshaller<WireMessage> Marshaller { get; } = new(
        static (message, context) =>
        {
            context.SetPayloadLength(message.Length);
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        static _ => throw new NotSupportedException("messages are received as ReceivedMessage"));

    /// <summary>Its exact length; asked before <see cref="WriteTo"/>.</summary>
    public abstract int Length { get; }

    /// <summary>Writes exactly <see cref="Length"/> bytes.</summary>
    public abstract void WriteTo(IBufferWriter<byte> writer);
}
