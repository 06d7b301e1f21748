// The one message of a unary gRPC call: a flag, four bytes of length, and the message, which may be compressed.
// Pure functions.
using System.Buffers.Binary;

namespace LedgerStore.Intake.Doors;

internal static class GrpcFrame
{
    public const string ContentType = "application/grpc";
    public const int PrefixBytes = 5;

    /// <summary>Why the message cannot be had; null: it stands behind the prefix.</summary>
    /// <param name="encoding">What the call says about compressed messages.</param>
    public static string? Problem(ReadOnlySpan<byte> body, string encoding, out bool isPacked)
    {
        isPacked = false;
        if (body.Length < PrefixBytes
            || BinaryPrimitives.ReadUInt32BigEndian(body[1..]) != body.Length - PrefixBytes)
        {
            return "no single message of gRPC";
        }

        isPacked = body[0] == 1;
        return body[0] == 0 || (isPacked && encoding == "gzip")
            ? null
            : $"a message that is compressed in another way than gzip: '{encoding}'";
    }
}
