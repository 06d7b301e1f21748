// Whether a gzip stream was there to its end. The framework's decoder takes one that was cut for a short one.
// Pure.

using System.Buffers.Binary;

namespace LedgerStore.Client;

internal static class GzipEnd
{
    // Header, the shortest block, CRC-32 and the size (RFC 1952).
    private const int StreamBytesMin = 20;

    /// <summary>Whether it ends with the size of what came out of it, as one whole stream does.</summary>
    internal static bool IsOf(ReadOnlySpan<byte> gzip, long unpackedBytes) => gzip.Length >= StreamBytesMin
        && BinaryPrimitives.ReadUInt32LittleEndian(gzip[^sizeof(uint)..]) == (uint)unpackedBytes;
}
