// The records of an anchor. Immutable; any thread.

using System.Buffers.Binary;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal sealed class AnchorRecords : IRecordFormat
{
    private const int FixedBytes = 4 + 8 + Hash256.Length;

    public List<RawRecord> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<RawRecord> records = [];
        for (int at = AnchorFormat.HeaderBytes; at + 8 <= bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)) & int.MaxValue;
            if (length == 0 || at + 8 + length > bytes.Length)
            {
                break;
            }

            records.Add(new RawRecord(0, bytes[(at + 8)..(at + 8 + length)]));
            at += (8 + length + 7) & -8;
        }

        return records;
    }

    public bool Write(string path, List<RawRecord> records)
    {
        if (records.Exists(static one => one.Body.Length < FixedBytes
            || one.Body.Length > FixedBytes + CheckpointRecord.NoteBytesMax))
        {
            return false;
        }

        using MemoryStream file = new();
        byte[] header = File.ReadAllBytes(path)[..AnchorFormat.HeaderBytes];
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(AnchorFormat.HeaderBytes - sizeof(uint)));
        file.Write(header);
        foreach (byte[] body in records.Select(static one => one.Body))
        {
            CheckpointRecord record = new(
                BinaryPrimitives.ReadInt64LittleEndian(body.AsSpan(4)),
                new Hash256(body.AsSpan(12, Hash256.Length)),
                body[FixedBytes..]);
            byte[] bytes = new byte[AnchorFormat.RecordBytes(record)];
            AnchorFormat.EncodeRecord(
                BinaryPrimitives.ReadUInt32LittleEndian(body),
                record,
                file.Position,
                isDurableInFront: true,
                crc,
                bytes);
            file.Write(bytes);
        }

        TamperedStore.Replace(path, file.ToArray());
        return true;
    }
}
