// The last sequence of one producer at the end of each of its most recent journal frames. Part of ProducerWindow.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Up to this position, the producer's batches end with this sequence.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FrameEnd(long Position, long LastSequence);

/// <summary>The ends of the last frames that hold batches of one producer, the newest frame left out.</summary>
/// <remarks>
/// The journal has few frames in flight: one that is synced, one that is full, one that fills. Seven are remembered;
/// a question about an older one would be a question about a frame that is durable for long.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal struct FrameEnds
{
    private const int Kept = 7;

    private Ring _ends;
    private int _next;
    private int _count;

    public void Add(FrameEnd end)
    {
        _ends[_next] = end;
        _next = (_next + 1) % Kept;
        _count = Math.Min(_count + 1, Kept);
    }

    /// <summary>The newest end at or before the position.</summary>
    public readonly FrameEnd NewestUpTo(long position)
    {
        for (int i = 1; i <= _count; i++)
        {
            FrameEnd end = _ends[(_next - i + Kept) % Kept];
            if (end.Position <= position)
            {
                return end;
            }
        }

        throw new InvariantException("no more frames are in flight than a producer window remembers");
    }

    [InlineArray(Kept)]
    private struct Ring
    {
        private FrameEnd _first;
    }
}
