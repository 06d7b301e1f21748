// What each lane of a LaneBundle works on. A stack frame's worth of plain memory, so that nothing is allocated.
// Owned by the one call that declared it.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LaneFrame
{
    public const int LanesMax = 16;
    public const int PaddingBytesMax = 2 * Sha256Constants.BlockBytes;

    /// <summary>The entry whose leaf hash the lane computes; -1 when there is no more work for it.</summary>
    public fixed int Entries[LanesMax];

    /// <summary>Blocks left in the run that the lane is in.</summary>
    public fixed int Blocks[LanesMax];

    /// <summary>Blocks of the padding run behind the direct run; 0 when the lane is in it already.</summary>
    public fixed int PaddingBlocks[LanesMax];

    /// <summary>The padding runs, two blocks for each lane.</summary>
    public fixed byte Padding[LanesMax * PaddingBytesMax];

    private fixed ulong _messages[LanesMax];

    /// <summary>Where each lane's next block is, as an array of pointers.</summary>
    public byte** Messages
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (byte**)Unsafe.AsPointer(ref _messages[0]);
    }
}
