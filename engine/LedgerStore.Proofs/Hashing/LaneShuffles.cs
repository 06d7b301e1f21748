// Byte orders for pshufb, for one run of four words; wider vectors repeat them.
// Any thread; pure.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LedgerStore.Proofs;

internal static class LaneShuffles
{
    /// <summary>Big-endian to little-endian.</summary>
    public static Vector128<byte> Swap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    }

    /// <summary>The same and a rotation to the right by one byte.</summary>
    public static Vector128<byte> SwapAndRotate8
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15);
    }
}
