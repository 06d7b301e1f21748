// store.json as one record: store id, incarnation, creation time, public name. Immutable; any thread.

using System.Buffers.Binary;
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal sealed class StoreJsonRecords : IRecordFormat
{
    public List<RawRecord> Read(string path)
    {
        StoreFile store = StoreFile.Decode(File.ReadAllBytes(path));
        byte[] name = Encoding.ASCII.GetBytes(store.PublicName);
        byte[] body = new byte[42 + name.Length];
        BinaryPrimitives.WriteUInt128LittleEndian(body, store.StoreId);
        BinaryPrimitives.WriteUInt128LittleEndian(body.AsSpan(16), store.Incarnation);
        BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(32), store.CreatedMicros);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(40), (ushort)name.Length);
        name.CopyTo(body, 42);
        return [new RawRecord(0, body)];
    }

    public bool Write(string path, List<RawRecord> records)
    {
        if (records is not [var record])
        {
            return false;
        }

        byte[] body = record.Body;
        StoreFile store = new(
            BinaryPrimitives.ReadUInt128LittleEndian(body),
            BinaryPrimitives.ReadUInt128LittleEndian(body.AsSpan(16)),
            BinaryPrimitives.ReadInt64LittleEndian(body.AsSpan(32)),
            Encoding.ASCII.GetString(body.AsSpan(42)));
        try
        {
            TamperedStore.Replace(path, store.Encode());
            return true;
        }
        catch (StoreException)
        {
            // No such name can be written.
            return false;
        }
    }
}
