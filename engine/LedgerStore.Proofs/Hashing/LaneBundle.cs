// Leaf hashes in lanes: SHA-256(0x00 || entry) of the entries of a bundle, whose lengths differ.
//
// Each lane works on its own message and takes the next one when that ends, so no lane waits for a longer neighbour.
// Messages are dealt longest first, so the lanes also end together. A message is two runs of whole blocks:
//
//   direct    from the byte before the entry; that byte (of the length prefix) is masked to the 0x00 of the leaf prefix
//   padding   the last 0..63 bytes, 0x80, zeros and the length: one or two blocks, the only bytes that are copied
//
// All lanes advance by the shortest run that is left, then those that ended are served.
// Any thread; pure.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

[StructLayout(LayoutKind.Auto)]
internal unsafe ref struct LaneBundle<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int StateWords = 8;
    private const int BlockWords = 16;

    private readonly BundleOrder* _order;
    private readonly byte* _bundle;
    private readonly Hash256* _leaves;
    private int _next;
    private int _active;
    private bool _starts;

    private LaneBundle(BundleOrder* order, byte* bundle, Hash256* leaves)
    {
        _order = order;
        _bundle = bundle;
        _leaves = leaves;
    }

    /// <summary>Hashes the entries that <paramref name="order"/> lists to leaves[entry].</summary>
    [SkipLocalsInit]
    public static void Hash(BundleOrder* order, byte* bundle, Hash256* leaves)
    {
        LaneFrame frame;
        var work = new LaneBundle<TLanes, TVector>(order, bundle, leaves);
        int vectors = StateWords + BlockWords + 2;
        byte* scratch = stackalloc byte[(vectors * sizeof(TVector)) + (LaneFrame.LanesMax * Hash256.Length)];
        work.Run(&frame, LaneNodes<TLanes, TVector>.Align(scratch));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(LaneFrame* frame, byte* scratch)
    {
        TVector* state = (TVector*)scratch;
        TVector* words = state + StateWords;
        uint* starting = (uint*)(words + BlockWords);
        byte* digests = (byte*)((TVector*)starting + 1);
        *(TVector*)starting = default;
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            Serve(frame, lane, starting);
        }

        while (_active > 0)
        {
            int blocks = ShortestRun(frame);
            if (_starts)
            {
                Begin(state, (TVector*)starting);
            }

            for (int i = 0; i < blocks; i++)
            {
                Load(frame->Messages, i * Sha256Constants.BlockBytes, (TVector*)starting, words);
                *(TVector*)starting = default;
                LaneRounds<TLanes, TVector>.Compress(state, words);
            }

            _starts = false;

            if (EndRuns(frame, blocks))
            {
                LaneNodes<TLanes, TVector>.Store(state, digests);
                Collect(frame, digests, starting);
            }
        }
    }

    /// <summary>Puts the initial state into the lanes that start a message with this block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin(TVector* state, TVector* starting)
    {
        for (int i = 0; i < StateWords; i++)
        {
            state[i] = TLanes.Select(*starting, TLanes.Broadcast(Sha256Constants.InitialState[i]), state[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(byte** messages, nint offset, TVector* starting, TVector* words)
    {
        for (int i = 0; i < BlockWords; i += 4)
        {
            TLanes.Load4(
                messages, offset + (4 * i), out TVector w0, out TVector w1, out TVector w2, out TVector w3);
            words[i] = TLanes.Swap(w0);
            words[i + 1] = TLanes.Swap(w1);
            words[i + 2] = TLanes.Swap(w2);
            words[i + 3] = TLanes.Swap(w3);
        }

        // The leaf prefix 0x00 in place of the byte that happens to stand before the entry.
        words[0] = TLanes.AndNot(words[0], TLanes.And(*starting, TLanes.Broadcast(0xFF000000)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ShortestRun(LaneFrame* frame)
    {
        int shortest = int.MaxValue;
        int busy = 0;
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            if (frame->Entries[lane] >= 0 && frame->Blocks[lane] < shortest)
            {
                shortest = frame->Blocks[lane];
                busy = lane;
            }
        }

        // A lane without work repeats what a busy one does: whatever it reads can be read.
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            if (frame->Entries[lane] < 0)
            {
                frame->Messages[lane] = frame->Messages[busy];
            }
        }

        return shortest;
    }

    /// <summary>Moves lanes whose direct run ended on to their padding; true when a whole message ended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool EndRuns(LaneFrame* frame, int blocks)
    {
        bool ended = false;
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            frame->Messages[lane] += blocks * Sha256Constants.BlockBytes;
            if ((frame->Blocks[lane] -= blocks) != 0 || frame->Entries[lane] < 0)
            {
                continue;
            }

            ended |= frame->PaddingBlocks[lane] == 0;
            frame->Blocks[lane] = frame->PaddingBlocks[lane];
            frame->PaddingBlocks[lane] = 0;
            frame->Messages[lane] = frame->Padding + (lane * LaneFrame.PaddingBytesMax);
        }

        return ended;
    }

    private void Collect(LaneFrame* frame, byte* digests, uint* starting)
    {
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            if (frame->Entries[lane] >= 0 && frame->Blocks[lane] == 0)
            {
                _leaves[frame->Entries[lane]] = Unsafe.ReadUnaligned<Hash256>(digests + (lane * Hash256.Length));
                _active--;
                Serve(frame, lane, starting);
            }
        }
    }

    /// <summary>Gives a lane its next message, or none.</summary>
    private void Serve(LaneFrame* frame, int lane, uint* starting)
    {
        if (_next == _order->Count)
        {
            frame->Entries[lane] = -1;
            frame->Blocks[lane] = 0;
            return;
        }

        int entry = _order->Entries[_next++];
        byte* message = _bundle + _order->Offsets[entry] - 1;
        int length = _order->Lengths[entry] + 1;
        int direct = length / Sha256Constants.BlockBytes;
        int padding = Sha256Constants.BlocksOf(length) - direct;
        byte* padded = frame->Padding + (lane * LaneFrame.PaddingBytesMax);
        Pad(message, length, padding, padded);

        _active++;
        _starts = true;
        starting[lane] = uint.MaxValue;
        frame->Entries[lane] = entry;
        frame->Messages[lane] = direct == 0 ? padded : message;
        frame->Blocks[lane] = direct == 0 ? padding : direct;
        frame->PaddingBlocks[lane] = direct == 0 ? 0 : padding;
    }

    private static void Pad(byte* message, int length, int blocks, byte* padded)
    {
        int rest = length % Sha256Constants.BlockBytes;
        Unsafe.InitBlockUnaligned(padded, 0, LaneFrame.PaddingBytesMax);
        Unsafe.CopyBlockUnaligned(padded, message + length - rest, (uint)rest);
        padded[rest] = 0x80;
        uint bits = 8 * (uint)length;
        byte* end = padded + (blocks * Sha256Constants.BlockBytes);
        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(end - 4, 4), bits);
    }
}
