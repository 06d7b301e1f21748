// SHA-256 of one message where Arm's instructions do the blocks: cuts it into blocks and pads it.
// Any thread; pure.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

internal static class Sha256Message
{
    /// <summary>Hashes <paramref name="prefix"/> and the message.</summary>
    [SkipLocalsInit]
    public static Hash256 Hash<TInstructions>(byte prefix, ReadOnlySpan<byte> message)
        where TInstructions : struct, IArmSha256Instructions
    {
        Span<uint> state = stackalloc uint[8];
        Sha256Constants.InitialState.CopyTo(state);
        Span<byte> block = stackalloc byte[Sha256Constants.BlockBytes];
        ulong bits = 8 * ((ulong)message.Length + 1);
        block[0] = prefix;
        int filled = 1;
        while (message.Length >= block.Length - filled)
        {
            message[..(block.Length - filled)].CopyTo(block[filled..]);
            message = message[(block.Length - filled)..];
            Sha256Arm<TInstructions>.Compress(state, block);
            filled = 0;
        }

        message.CopyTo(block[filled..]);
        filled += message.Length;
        block[filled++] = 0x80;
        if (block.Length - filled < sizeof(ulong))
        {
            block[filled..].Clear();
            Sha256Arm<TInstructions>.Compress(state, block);
            filled = 0;
        }

        block[filled..].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(block[^sizeof(ulong)..], bits);
        Sha256Arm<TInstructions>.Compress(state, block);
        return Digest(state);
    }

    /// <summary>The state as it is written: words in big-endian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Hash256 Digest(Span<uint> state)
    {
        if (BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(state, state);
        }

        return new Hash256(MemoryMarshal.AsBytes(state));
    }
}
