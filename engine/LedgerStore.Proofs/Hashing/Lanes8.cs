// SHA-256 lanes with AVX2: 8 messages. There is no rotation: it is two shifts, and xor joins all of them.
// Any thread; pure.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LedgerStore.Proofs;

internal readonly unsafe struct Lanes8 : ILanes<Vector256<uint>>
{
    public static int Count => 8;

    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Broadcast(uint word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> And(Vector256<uint> left, Vector256<uint> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> AndNot(Vector256<uint> left, Vector256<uint> right) =>
        Vector256.AndNot(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Select(Vector256<uint> mask, Vector256<uint> ones, Vector256<uint> zeros) =>
        zeros ^ (mask & (ones ^ zeros));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Majority(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c) =>
        b ^ ((a ^ b) & (b ^ c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> BigSigma0(Vector256<uint> x) =>
        ((x >>> 2) ^ (x << 30)) ^ ((x >>> 13) ^ (x << 19)) ^ ((x >>> 22) ^ (x << 10));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> BigSigma1(Vector256<uint> x) =>
        ((x >>> 6) ^ (x << 26)) ^ ((x >>> 11) ^ (x << 21)) ^ ((x >>> 25) ^ (x << 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> SmallSigma0(Vector256<uint> x) =>
        ((x >>> 7) ^ (x << 25)) ^ ((x >>> 18) ^ (x << 14)) ^ (x >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> SmallSigma1(Vector256<uint> x) =>
        ((x >>> 17) ^ (x << 15)) ^ ((x >>> 19) ^ (x << 13)) ^ (x >>> 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Swap(Vector256<uint> words) => Avx2.Shuffle(
        words.AsByte(), Vector256.Create(LaneShuffles.Swap, LaneShuffles.Swap)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> SwapAndRotate8(Vector256<uint> words) => Avx2.Shuffle(
        words.AsByte(), Vector256.Create(LaneShuffles.SwapAndRotate8, LaneShuffles.SwapAndRotate8)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load4(
        byte** messages,
        nint offset,
        out Vector256<uint> w0,
        out Vector256<uint> w1,
        out Vector256<uint> w2,
        out Vector256<uint> w3)
    {
        // Half h of row r is message 4h + r: see Lanes16.
        Transpose(
            Row(messages, offset), Row(messages + 1, offset), Row(messages + 2, offset), Row(messages + 3, offset),
            out w0, out w1, out w2, out w3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store4(
        Vector256<uint> w0, Vector256<uint> w1, Vector256<uint> w2, Vector256<uint> w3, byte* to)
    {
        Transpose(
            w0, w1, w2, w3,
            out Vector256<uint> r0, out Vector256<uint> r1, out Vector256<uint> r2, out Vector256<uint> r3);
        StoreRow(r0, to);
        StoreRow(r1, to + Hash256.Length);
        StoreRow(r2, to + (2 * Hash256.Length));
        StoreRow(r3, to + (3 * Hash256.Length));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector256<uint> r0, Vector256<uint> r1, Vector256<uint> r2, Vector256<uint> r3,
        out Vector256<uint> w0, out Vector256<uint> w1, out Vector256<uint> w2, out Vector256<uint> w3)
    {
        Vector256<ulong> low01 = Avx2.UnpackLow(r0, r1).AsUInt64();
        Vector256<ulong> low23 = Avx2.UnpackLow(r2, r3).AsUInt64();
        Vector256<ulong> high01 = Avx2.UnpackHigh(r0, r1).AsUInt64();
        Vector256<ulong> high23 = Avx2.UnpackHigh(r2, r3).AsUInt64();
        w0 = Avx2.UnpackLow(low01, low23).AsUInt32();
        w1 = Avx2.UnpackHigh(low01, low23).AsUInt32();
        w2 = Avx2.UnpackLow(high01, high23).AsUInt32();
        w3 = Avx2.UnpackHigh(high01, high23).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Row(byte** messages, nint offset) => Vector256.Create(
        Vector128.Load(messages[0] + offset), Vector128.Load(messages[4] + offset)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(Vector256<uint> row, byte* to)
    {
        row.GetLower().Store((uint*)to);
        row.GetUpper().Store((uint*)(to + (4 * Hash256.Length)));
    }
}
