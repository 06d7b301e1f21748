// The default bounds of messages. The server's StoreLimits and the channel's options set others.
// Constants.

namespace LedgerStore.Protocol.Grpc;

/// <summary>Default message sizes, in bytes.</summary>
public static class MessageLimits
{
    // What every stock gRPC implementation accepts by default.
    public const int ReceiveBytesMax = 4 * 1024 * 1024;

    // Stock implementations do not limit what they send. This only keeps lengths far away from overflow.
    public const int SendBytesMax = 1024 * 1024 * 1024;
}
