// Entries for tests of fields and indexes: any record, by any appender. Pure.

using System.Text;
using LedgerStore.Fields;

namespace LedgerStore.Tests.Fields;

/// <summary>Builds the bytes of an entry.</summary>
internal static class EntryMaker
{
    public const string Appender = "spiffe://example.org/payments";

    private const int EnvelopeBytesMax = 600;

    public static byte[] Entry(ReadOnlySpan<byte> record, long micros = 1_700_000_000_000_000, string type = "",
        string appender = Appender, string producer = "", int sequence = 1)
    {
        byte[] entry = new byte[record.Length + EnvelopeBytesMax];
        entry[0] = EntryFields.TimeTag;
        BitConverter.TryWriteBytes(entry.AsSpan(1), micros);
        int at = EntryFields.TimeBytes;
        at += EntryFields.WriteField(entry.AsSpan(at), EntryFields.AppenderTag, Encoding.UTF8.GetBytes(appender));
        if (producer.Length > 0)
        {
            at += EntryFields.WriteField(entry.AsSpan(at), EntryFields.ProducerTag, Encoding.UTF8.GetBytes(producer));
            entry[at++] = EntryFields.SequenceTag;
            at += EntryFields.WriteVarint(entry.AsSpan(at), (ulong)sequence);
        }

        at += EntryFields.WriteField(entry.AsSpan(at), EntryFields.ContentTypeTag, Encoding.UTF8.GetBytes(type));
        at += EntryFields.WriteField(entry.AsSpan(at), EntryFields.PayloadTag, record);
        return entry[..at];
    }

    /// <summary>The same entry in a salted ledger.</summary>
    public static byte[] Salted(byte[] entry, Random random)
    {
        byte[] salted = new byte[entry.Length + EntryFields.FieldBytes(EntryBounds.SaltBytes)];
        byte[] salt = new byte[EntryBounds.SaltBytes];
        random.NextBytes(salt);
        entry.CopyTo(salted, 0);
        _ = EntryFields.WriteField(salted.AsSpan(entry.Length), EntryFields.SaltTag, salt);
        return salted;
    }

    public static byte[] Entry(string record) => Entry(Encoding.UTF8.GetBytes(record));
}
