// An entry of `_audit` that says that entries of a ledger have expired, made with the messages of the protocol: the
// engine's own reading and writing of it is compared with that. Stateless.
using Google.Protobuf;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Events.V1;

namespace LedgerStore.Tests.Engine.Tamper;

internal static class TombstoneEntry
{
    public const string ContentType = "application/x-ledgerstore-event";

    /// <summary>The payload.</summary>
    public static byte[] Payload(string ledger, long first, long count, in Hash256 root) => new Event
    {
        Tombstone = new Tombstone
        {
            Ledger = ledger,
            FirstIndex = (ulong)first,
            Count = (ulong)count,
            Root = ByteString.CopyFrom(Convert.FromHexString(root.ToString())),
            Policy = "expire_after=1.00:00:00",
            Reason = "age",
        },
    }.ToByteArray();

    /// <summary>The whole entry, as the store would build it.</summary>
    public static byte[] Make(long micros, string ledger, long first, long count, in Hash256 root)
    {
        using MemoryStream bytes = new();
        CodedOutputStream entry = new(bytes);
        entry.WriteRawTag(0x09);
        entry.WriteFixed64((ulong)micros);
        entry.WriteRawTag(0x2A);
        entry.WriteString(ContentType);
        entry.WriteRawTag(0x32);
        entry.WriteBytes(ByteString.CopyFrom(Payload(ledger, first, count, root)));
        entry.Flush();
        return bytes.ToArray();
    }
}
