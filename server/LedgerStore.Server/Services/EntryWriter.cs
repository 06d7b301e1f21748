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

    /// <summary>Writes a slice as one message, as several when it is large. Flushing is the caller's.</summary>
    public static void Write(RawMessageWriter writer, in EntrySlice slice)
    {
        ReadOnlySpan<byte> bundle = slice.Bundle;
        if (bundle.Length <= MessageBytesTarget)
        {
            EntriesMessage.Write(writer, (ulong)slice.FirstIndex, (uint)slice.Count, bundle);
            return;
        }

        WriteInPieces(writer, slice.FirstIndex, bundle);
    }

    internal static void WriteInPieces(RawMessageWriter writer, long firstIndex, ReadOnlySpan<byte> bundle)
    {
        while (bundle.Length > 0)
        {
            int end = 0;
            uint count = 0;
            while (end < bundle.Length)
            {
                int next = LengthBytes + BinaryPrimitives.ReadUInt16BigEndian(bundle[end..]);
                if (count > 0 && end + next > MessageBytesTarget)
                {
                    break;
                }

                end += next;
                count++;
            }

            EntriesMessage.Write(writer, (ulong)firstIndex, count, bundle[..end]);
            bundle = bundle[end..];
            firstIndex += count;
        }
    }
}
