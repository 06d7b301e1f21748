// Arm's four SHA-256 instructions as the pseudocode of the Arm Architecture Reference Manual has them, word by word:
// SHA256H, SHA256H2, SHA256SU0, SHA256SU1. It lets the Arm path run on any processor.
using System.Numerics;
using System.Runtime.Intrinsics;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Proofs;

internal readonly struct ArmModel : IArmSha256Instructions
{
    public static Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> wk) =>
        Hash(abcd, efgh, wk).X;

    public static Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> wk) =>
        Hash(abcd, efgh, wk).Y;

    public static Vector128<uint> ScheduleUpdate0(Vector128<uint> w0To3, Vector128<uint> w4To7)
    {
        uint[] t = [w0To3[1], w0To3[2], w0To3[3], w4To7[0]];
        return Vector128.Create(Enumerable.Range(0, 4).Select(i => Sigma(t[i], 7, 18, 3) + w0To3[i]).ToArray());
    }

    public static Vector128<uint> ScheduleUpdate1(
        Vector128<uint> w0To3, Vector128<uint> w8To11, Vector128<uint> w12To15)
    {
        uint[] t = [w8To11[1], w8To11[2], w8To11[3], w12To15[0]];
        var result = new uint[4];
        result[0] = Sigma(w12To15[2], 17, 19, 10) + w0To3[0] + t[0];
        result[1] = Sigma(w12To15[3], 17, 19, 10) + w0To3[1] + t[1];
        result[2] = Sigma(result[0], 17, 19, 10) + w0To3[2] + t[2];
        result[3] = Sigma(result[1], 17, 19, 10) + w0To3[3] + t[3];
        return Vector128.Create(result);
    }

    private static (Vector128<uint> X, Vector128<uint> Y) Hash(Vector128<uint> x, Vector128<uint> y, Vector128<uint> w)
    {
        for (int i = 0; i < 4; i++)
        {
            uint choose = (y[0] & y[1]) ^ (~y[0] & y[2]);
            uint majority = (x[0] & x[1]) ^ (x[0] & x[2]) ^ (x[1] & x[2]);
            uint t = y[3] + Rotations(y[0], 6, 11, 25) + choose + w[i];
            uint newX3 = t + x[3];
            uint newY3 = t + Rotations(x[0], 2, 13, 22) + majority;

            // The 256 bits Y:X rotate by one word: the new a is at the bottom of X, the new e at the bottom of Y.
            (x, y) = (
                Vector128.Create(newY3, x[0], x[1], x[2]),
                Vector128.Create(newX3, y[0], y[1], y[2]));
        }

        return (x, y);
    }

    private static uint Rotations(uint x, int a, int b, int c) =>
        BitOperations.RotateRight(x, a) ^ BitOperations.RotateRight(x, b) ^ BitOperations.RotateRight(x, c);

    private static uint Sigma(uint x, int a, int b, int shift) =>
        BitOperations.RotateRight(x, a) ^ BitOperations.RotateRight(x, b) ^ (x >> shift);
}
