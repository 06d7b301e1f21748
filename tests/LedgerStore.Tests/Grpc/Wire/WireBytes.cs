// Helpers of the wire tests: what a writer wrote, and messages that lie in pieces.

using System.Buffers;

namespace LedgerStore.Tests.Grpc.Wire;

internal static class WireBytes
{
    /// <summary>The bytes of the one message that the action writes.</summary>
    internal static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> target = new();
        write(target);
        return target.WrittenSpan.ToArray();
    }

    /// <summary>The same bytes in pieces of at most this many.</summary>
    internal static ReadOnlySequence<byte> InPieces(byte[] bytes, int pieceBytes)
    {
        Piece first = new(ReadOnlyMemory<byte>.Empty, 0);
        Piece last = first;
        for (int position = 0; position < bytes.Length; position += pieceBytes)
        {
            last = last.Append(bytes.AsMemory(position, Math.Min(pieceBytes, bytes.Length - position)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal Piece(ReadOnlyMemory<byte> memory, long position)
        {
            Memory = memory;
            RunningIndex = position;
        }

        internal Piece Append(ReadOnlyMemory<byte> memory)
        {
            Piece next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
