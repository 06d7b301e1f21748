// Puts entries into response messages as the engine hands them out: whole bundles, copied once, into the transport's
// buffers. Messages are cut at 256 KiB, so that a client with gRPC's usual limit of 4 MiB can read everything.
// Owned by one call, one thread at a time.
using System.Buffers.Binary;
using LedgerStore.Engine;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Server.Services;

/// <summary>Writes slices.</summary>
internal static class EntryWriter
{
    /// <summary>The size that messages aim at; a single entry may be larger by its own length at most.</summary>
    public const int MessageBytesTarget = 256 * 1024;

    private const int LengthBytes = 2;

    /// <summary>Writes the next message of a slice. Flushing is the caller's: before the next one, so that a reader who
    /// does not read holds back one message and not a bundle of 16 MB.</summary>
    /// <param name="offset">Where in the bundle to begin, in bytes.</param>
    /// <param name="firstIndex">The index of the entry there.</param>
    /// <returns>The end of what was written, and the index behind it.</returns>
    public static (int Offset, long NextIndex) WriteNext(
        RawMessageWriter writer, in EntrySlice slice, int offset, long firstIndex)
    {
        ReadOnlySpan<byte> rest = slice.Bundle[offset..];
        if (rest.Length <= MessageBytesTarget)
        {
            long end = slice.FirstIndex + slice.Count;
            EntriesMessage.Write(writer, (ulong)firstIndex, (uint)(end - firstIndex), rest);
            return (offset + rest.Length, end);
        }

        (int bytes, int count) = Fitting(rest);
        EntriesMessage.Write(writer, (ulong)firstIndex, (uint)count, rest[..bytes]);
        return (offset + bytes, firstIndex + count);
    }

    /// <summary>How many entries make a message: as many as fit, and at least one.</summary>
    private static (int Bytes, int Count) Fitting(ReadOnlySpan<byte> bundle)
    {
        int bytes = 0, count = 0;
        while (bytes < bundle.Length)
        {
            int next = LengthBytes + BinaryPrimitives.ReadUInt16BigEndian(bundle[bytes..]);
            if (count > 0 && bytes + next > MessageBytesTarget)
            {
                break;
            }

            bytes += next;
            count++;
        }

        return (bytes, count);
    }
}
