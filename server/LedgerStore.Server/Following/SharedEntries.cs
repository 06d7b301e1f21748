// Entries as one message, made once for all who follow a ledger. Immutable; any thread.
using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Config;
using LedgerStore.Wording;

namespace LedgerStore.Server.Following;

/// <summary>A message that is ready to be sent.</summary>
internal sealed class SharedEntries
{
    private readonly byte[] _message;

    private SharedEntries(long first, int count, ReadOnlySpan<byte> bundle)
    {
        First = first;
        Count = count;
        _message = new ReadResponse
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

    public ReadOnlySpan<byte> Message => _message;

    /// <summary>Cuts a slice into messages.</summary>
    public static void Add(in EntrySlice slice, List<SharedEntries> into)
    {
        ReadOnlySpan<byte> rest = slice.Bundle;
        long first = slice.FirstIndex;
        int left = slice.Count;
        while (rest.Length > 0)
        {
            (int bytes, int count) = EntryCuts.Next(rest, left, ServerLimits.SharedMessageBytes);
            into.Add(new SharedEntries(first, count, rest[..bytes]));
            first += count;
            left -= count;
            rest = rest[bytes..];
        }
    }
}
