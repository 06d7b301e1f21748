// CRC-32C (Castagnoli, RFC 3720 appendix B.4): the checksum of every structure on disk. Stateless: any thread.
// The processor's instruction has a latency of three cycles and can start every cycle, so three streams run at once.

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace LedgerStore.Engine.Foundation;

/// <summary>CRC-32C of bytes: reflected, initial and final value all ones.</summary>
/// <remarks>
/// A CRC is a remainder of polynomials: crc(abc) = crc(a) * x^(16N) + crc(b) * x^(8N) + crc(c) for parts of N bytes.
/// Each multiplication is one carry-less multiply by a constant; the CRC instruction then does the reduction.
/// </remarks>
internal static class Crc32C
{
    // Large blocks make the joining free, small ones bring a frame of 4 KiB nearly to the same speed.
    private const int LargeWords = 256;
    private const int SmallWords = 32;

    // The polynomial of CRC-32C, reflected: the highest bit stands for x^0.
    private const uint Polynomial = 0x82F63B78;

    private static readonly uint s_largeOnce = PowerOfX((LargeWords * 64) - 33);
    private static readonly uint s_largeTwice = PowerOfX((2 * LargeWords * 64) - 33);
    private static readonly uint s_smallOnce = PowerOfX((SmallWords * 64) - 33);
    private static readonly uint s_smallTwice = PowerOfX((2 * SmallWords * 64) - 33);

    /// <summary>The checksum of the bytes. Of none it is 0; of "123456789" it is 0xE3069283.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>Goes on: Append(Compute(a), b) is Compute(a then b).</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        if (bytes.Length >= 3 * SmallWords * 8 && BitConverter.IsLittleEndian)
        {
            crc = AppendBlocks(crc, ref bytes);
        }

        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        if (BitConverter.IsLittleEndian)
        {
            foreach (ulong word in words)
            {
                crc = BitOperations.Crc32C(crc, word);
            }

            bytes = bytes[(words.Length * 8)..];
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }

    /// <summary>Takes whole blocks of three streams from the front of the bytes.</summary>
    private static uint AppendBlocks(uint crc, ref ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 3 * LargeWords * 8)
        {
            crc = ThreeStreams(crc, bytes, LargeWords, s_largeOnce, s_largeTwice);
            bytes = bytes[(3 * LargeWords * 8)..];
        }

        while (bytes.Length >= 3 * SmallWords * 8)
        {
            crc = ThreeStreams(crc, bytes, SmallWords, s_smallOnce, s_smallTwice);
            bytes = bytes[(3 * SmallWords * 8)..];
        }

        return crc;
    }

    // Good code from the first call on: a start goes through half a gigabyte of journal with it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint ThreeStreams(uint crc, ReadOnlySpan<byte> bytes, int words, uint once, uint twice)
    {
        // The caller has seen that three streams of so many words are there; references spare the checks in the loop.
        Invariant.That(bytes.Length >= 3 * words * 8, "three streams are inside of the bytes");
        ref byte first = ref MemoryMarshal.GetReference(bytes);
        ref byte second = ref Unsafe.Add(ref first, words * 8);
        ref byte third = ref Unsafe.Add(ref second, words * 8);
        uint a = crc;
        uint b = 0;
        uint c = 0;
        for (nint at = 0; at < words * 8; at += 8)
        {
            a = BitOperations.Crc32C(a, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at)));
            b = BitOperations.Crc32C(b, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref second, at)));
            c = BitOperations.Crc32C(c, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref third, at)));
        }

        // A product of reflected polynomials is one power of x too low, and the instruction multiplies by x^32:
        // that is why the constants are x^(8N - 33).
        return BitOperations.Crc32C(0, Multiply(a, twice) ^ Multiply(b, once)) ^ c;
    }

    private static ulong Multiply(uint a, uint b)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(
                Vector128.CreateScalar((ulong)a), Vector128.CreateScalar((ulong)b), 0).ToScalar();
        }

        if (ArmAes.IsSupported)
        {
            return ArmAes.PolynomialMultiplyWideningLower(
                Vector64.CreateScalar((ulong)a), Vector64.CreateScalar((ulong)b)).ToScalar();
        }

        return MultiplySlow(a, b);
    }

    private static ulong MultiplySlow(uint a, uint b)
    {
        ulong product = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            product ^= ((b >> bit) & 1) == 0 ? 0 : (ulong)a << bit;
        }

        return product;
    }

    /// <summary>x^power modulo the polynomial, by shifting: one step for each power, once at start.</summary>
    private static uint PowerOfX(int power)
    {
        uint value = 0x80000000;
        for (int i = 0; i < power; i++)
        {
            value = (value >> 1) ^ ((value & 1) == 0 ? 0 : Polynomial);
        }

        return value;
    }
}
