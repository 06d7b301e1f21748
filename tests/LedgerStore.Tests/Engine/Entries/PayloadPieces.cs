// A payload cut into pieces of memory, as it comes out of a pipe.

using System.Buffers;

namespace LedgerStore.Tests.Engine.Entries;

internal static class PayloadPieces
{
    /// <summary>The bytes in one to ten pieces, some of them empty.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] payload, Random random)
    {
        int cuts = random.Next(10);
        int[] at = new int[cuts + 1];
        for (int i = 0; i < cuts; i++)
        {
            at[i] = random.Next(payload.Length + 1);
        }

        at[cuts] = payload.Length;
        Array.Sort(at);
        var first = new Piece(payload.AsMemory(0, at[0]), 0);
        Piece last = first;
        for (int i = 1; i < at.Length; i++)
        {
            last = last.Append(payload.AsMemory(at[i - 1], at[i] - at[i - 1]));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
