// The checksum of spool frames, by the processor's instruction where it has one.
// Pure functions; any thread.

using System.Buffers.Binary;
using System.Numerics;

namespace LedgerStore.Client;

internal static class Crc32C
{
    internal static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
