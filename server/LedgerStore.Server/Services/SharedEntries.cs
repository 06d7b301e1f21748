// Entries as one message, made once for all who follow a ledger. Immutable; any thread.
using System.Buffers.Binary;
using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Services;

/// <summary>A message that is ready to be sent.</summary>
internal sealed class SharedEntries
{
    private const int LengthBytes = 2;
    private readonly byte[] message;

    private SharedEntries(long first, int count, ReadOnlySpan<byte> bundle)
    {
        First = first;
        Count = count;
        message = new ReadResponse
        {
            Entries = new Entries
            {
                FirstIndex = (ulong)first,
                Count = (uint)count,
                Bundle = ByteString.CopyFrom(bundle),
            },
        }.ToByteArray();
    }

    public long First { get; }

    public int Count { get; }

    public long End => First + Count;

    public ReadOnlySpan<byte> Message => message;

    /// <summary>Cuts a slice into messages.</summary>
    public static void Add(in EntrySlice slice, List<SharedEntries> into)
    {
        ReadOnlySpan<byte> rest = slice.Bundle;
        long first = slice.FirstIndex;
        while (rest.Length > 0)
        {
            int bytes = 0, count = 0;
            while (bytes < rest.Length)
            {
                int next = LengthBytes + BinaryPrimitives.ReadUInt16BigEndian(rest[bytes..]);
                if (count > 0 && bytes + next > ServerLimits.SharedMessageBytes)
                {
                    break;
                }

                bytes += next;
                count++;
            }

            into.Add(new SharedEntries(first, count, rest[..bytes]));
            first += count;
            rest = rest[bytes..];
        }
    }
}
