// CRC-32C (Castagnoli, RFC 3720 appendix B.4): the checksum of every structure on disk. Stateless: any thread.

using System.Buffers.Binary;
using System.Numerics;

namespace LedgerStore.Engine.Foundation;

/// <summary>CRC-32C of bytes: reflected, initial and final value all ones.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of the bytes. Of none it is 0; of "123456789" it is 0xE3069283.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>Goes on: Append(Compute(a), b) is Compute(a then b).</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
