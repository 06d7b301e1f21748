// The records of a committed log: catalog, key log, state.log. The file is written anew without one sync: nobody cares
// what a power cut leaves of a forgery. Immutable; any thread.

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LedgerStore.Engine.Format;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal sealed class CommittedRecords : IRecordFormat
{
    public List<RawRecord> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<RawRecord> records = [];
        for (int at = CommittedLogFormat.RecordsOffset; at + CommittedLogFormat.RecordHeaderBytes <= bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            int type = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 8));
            int body = at + CommittedLogFormat.RecordHeaderBytes;
            if (type == 0 || body + length > bytes.Length)
            {
                break;
            }

            records.Add(new RawRecord(type, bytes[body..(body + length)]));
            at += CommittedLogFormat.RecordBytes(length);
        }

        return records;
    }

    public bool Write(string path, List<RawRecord> records)
    {
        byte[] old = File.ReadAllBytes(path);
        if (records.Exists(static one => one.Body.Length > CommittedLogFormat.BodyBytesMax))
        {
            return false;
        }

        int length = CommittedLogFormat.RecordsOffset
            + records.Sum(static one => CommittedLogFormat.RecordBytes(one.Body.Length));
        byte[] file = new byte[length];
        old.AsSpan(0, CommittedLogFormat.HeaderBytes).CopyTo(file);
        uint crc = MemoryMarshal.Read<uint>(file.AsSpan(CommittedLogFormat.HeaderBytes - sizeof(uint)));
        int at = CommittedLogFormat.RecordsOffset;
        foreach (RawRecord record in records)
        {
            CommittedLogFormat.EncodeRecord((ushort)record.Type, record.Body, at, crc, file.AsSpan(at));
            at += CommittedLogFormat.RecordBytes(record.Body.Length);
        }

        // As a compacted file is written: both slots, of the same length.
        for (int sequence = 1; sequence <= 2; sequence++)
        {
            CommittedLogFormat.EncodeSlot(
                new CommitSlot(length, records.Count, sequence),
                crc,
                file.AsSpan((int)CommittedLogFormat.SlotOffset(sequence)));
        }

        TamperedStore.Replace(path, file);
        return true;
    }
}
