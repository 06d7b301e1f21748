// SHA-256 of one block with Arm's SHA-256 instructions, four rounds at a time. The instructions are a parameter, so
// that the order they are used in is tested on every processor, against a model written from the Arm manual.
// Any thread; pure.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Arm = System.Runtime.Intrinsics.Arm;

namespace LedgerStore.Proofs;

/// <summary>Four instructions of Arm's cryptographic extension, under the names .NET gives them.</summary>
internal interface IArmSha256Instructions
{
    static abstract Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> wk);

    static abstract Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> wk);

    static abstract Vector128<uint> ScheduleUpdate0(Vector128<uint> w0To3, Vector128<uint> w4To7);

    static abstract Vector128<uint> ScheduleUpdate1(
        Vector128<uint> w0To3, Vector128<uint> w8To11, Vector128<uint> w12To15);
}

/// <summary>The instructions themselves.</summary>
internal readonly struct ArmSha256Instructions : IArmSha256Instructions
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> wk) =>
        Arm.Sha256.HashUpdate1(abcd, efgh, wk);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> wk) =>
        Arm.Sha256.HashUpdate2(efgh, abcd, wk);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ScheduleUpdate0(Vector128<uint> w0To3, Vector128<uint> w4To7) =>
        Arm.Sha256.ScheduleUpdate0(w0To3, w4To7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ScheduleUpdate1(
        Vector128<uint> w0To3, Vector128<uint> w8To11, Vector128<uint> w12To15) =>
        Arm.Sha256.ScheduleUpdate1(w0To3, w8To11, w12To15);
}

internal static class Sha256Arm<TInstructions>
    where TInstructions : struct, IArmSha256Instructions
{
    private const int RoundsAtOnce = 4;
    private const int Rounds = 64;

    /// <summary>Works the 64 bytes of a block into the 8 words of a state.</summary>
    public static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Vector128<uint> abcd = Vector128.Create<uint>(state[..4]);
        Vector128<uint> efgh = Vector128.Create<uint>(state[4..8]);
        Vector128<uint> w0 = Words(block), w1 = Words(block[16..]), w2 = Words(block[32..]), w3 = Words(block[48..]);
        for (int t = 0; t < Rounds; t += RoundsAtOnce)
        {
            Vector128<uint> wk = w0 + Vector128.Create(Sha256Constants.K.Slice(t, RoundsAtOnce));
            Vector128<uint> before = abcd;
            abcd = TInstructions.HashUpdate1(abcd, efgh, wk);
            efgh = TInstructions.HashUpdate2(efgh, before, wk);

            // In the last 16 rounds the new words are never used; leaving them out is not worth a second loop.
            Vector128<uint> next = TInstructions.ScheduleUpdate1(TInstructions.ScheduleUpdate0(w0, w1), w2, w3);
            w0 = w1;
            w1 = w2;
            w2 = w3;
            w3 = next;
        }

        (abcd + Vector128.Create<uint>(state[..4])).CopyTo(state);
        (efgh + Vector128.Create<uint>(state[4..8])).CopyTo(state[4..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Words(ReadOnlySpan<byte> block) =>
        Vector128.Shuffle(Vector128.Create(block), LaneShuffles.Swap).AsUInt32();
}
