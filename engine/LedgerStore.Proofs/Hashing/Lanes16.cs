// SHA-256 lanes with AVX-512: 16 messages. Rotations and three-operand logic are one instruction each here.
// Any thread; pure.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LedgerStore.Proofs;

internal readonly unsafe struct Lanes16 : ILanes<Vector512<uint>>
{
    // Truth tables for vpternlog, one bit for each of the eight combinations of three bits.
    private const byte XorOfThree = 0x96;
    private const byte FirstSelects = 0xCA;
    private const byte MajorityOfThree = 0xE8;

    public static int Count => 16;

    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Broadcast(uint word) => Vector512.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> left, Vector512<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> And(Vector512<uint> left, Vector512<uint> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> AndNot(Vector512<uint> left, Vector512<uint> right) =>
        Vector512.AndNot(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Select(Vector512<uint> mask, Vector512<uint> ones, Vector512<uint> zeros) =>
        Avx512F.TernaryLogic(mask, ones, zeros, FirstSelects);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Majority(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) =>
        Avx512F.TernaryLogic(a, b, c, MajorityOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> BigSigma0(Vector512<uint> x) => Avx512F.TernaryLogic(
        Avx512F.RotateRight(x, 2), Avx512F.RotateRight(x, 13), Avx512F.RotateRight(x, 22), XorOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> BigSigma1(Vector512<uint> x) => Avx512F.TernaryLogic(
        Avx512F.RotateRight(x, 6), Avx512F.RotateRight(x, 11), Avx512F.RotateRight(x, 25), XorOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> SmallSigma0(Vector512<uint> x) => Avx512F.TernaryLogic(
        Avx512F.RotateRight(x, 7), Avx512F.RotateRight(x, 18), x >>> 3, XorOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> SmallSigma1(Vector512<uint> x) => Avx512F.TernaryLogic(
        Avx512F.RotateRight(x, 17), Avx512F.RotateRight(x, 19), x >>> 10, XorOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Swap(Vector512<uint> words) =>
        Avx512BW.Shuffle(words.AsByte(), InEachQuarter(LaneShuffles.Swap)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> SwapAndRotate8(Vector512<uint> words) =>
        Avx512BW.Shuffle(words.AsByte(), InEachQuarter(LaneShuffles.SwapAndRotate8)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load4(
        byte** messages,
        nint offset,
        out Vector512<uint> w0,
        out Vector512<uint> w1,
        out Vector512<uint> w2,
        out Vector512<uint> w3)
    {
        // Quarter q of row r is message 4q + r, so that a 4x4 transposition inside the quarters is all it takes.
        Transpose(
            Row(messages, offset), Row(messages + 1, offset), Row(messages + 2, offset), Row(messages + 3, offset),
            out w0, out w1, out w2, out w3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store4(
        Vector512<uint> w0, Vector512<uint> w1, Vector512<uint> w2, Vector512<uint> w3, byte* to)
    {
        Transpose(
            w0, w1, w2, w3,
            out Vector512<uint> r0, out Vector512<uint> r1, out Vector512<uint> r2, out Vector512<uint> r3);
        StoreRow(r0, to);
        StoreRow(r1, to + Hash256.Length);
        StoreRow(r2, to + (2 * Hash256.Length));
        StoreRow(r3, to + (3 * Hash256.Length));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector512<uint> r0, Vector512<uint> r1, Vector512<uint> r2, Vector512<uint> r3,
        out Vector512<uint> w0, out Vector512<uint> w1, out Vector512<uint> w2, out Vector512<uint> w3)
    {
        Vector512<ulong> low01 = Avx512F.UnpackLow(r0, r1).AsUInt64();
        Vector512<ulong> low23 = Avx512F.UnpackLow(r2, r3).AsUInt64();
        Vector512<ulong> high01 = Avx512F.UnpackHigh(r0, r1).AsUInt64();
        Vector512<ulong> high23 = Avx512F.UnpackHigh(r2, r3).AsUInt64();
        w0 = Avx512F.UnpackLow(low01, low23).AsUInt32();
        w1 = Avx512F.UnpackHigh(low01, low23).AsUInt32();
        w2 = Avx512F.UnpackLow(high01, high23).AsUInt32();
        w3 = Avx512F.UnpackHigh(high01, high23).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Row(byte** messages, nint offset) => Vector512.Create(
        Vector256.Create(Vector128.Load(messages[0] + offset), Vector128.Load(messages[4] + offset)),
        Vector256.Create(Vector128.Load(messages[8] + offset), Vector128.Load(messages[12] + offset))).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(Vector512<uint> row, byte* to)
    {
        const int FourLanes = 4 * Hash256.Length;
        Avx512F.ExtractVector128(row, 0).Store((uint*)to);
        Avx512F.ExtractVector128(row, 1).Store((uint*)(to + FourLanes));
        Avx512F.ExtractVector128(row, 2).Store((uint*)(to + (2 * FourLanes)));
        Avx512F.ExtractVector128(row, 3).Store((uint*)(to + (3 * FourLanes)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> InEachQuarter(Vector128<byte> shuffle)
    {
        Vector256<byte> half = Vector256.Create(shuffle, shuffle);
        return Vector512.Create(half, half);
    }
}
