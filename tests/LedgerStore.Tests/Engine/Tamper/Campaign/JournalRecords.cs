// The sections of a journal file: its first page, and in front of the sections of a frame what the frame's header says.
// Written anew, one frame behind the other, with the checksums of body and header. Immutable; any thread.

using System.Buffers.Binary;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal sealed class JournalRecords : IRecordFormat
{
    public const int Frame = 100;
    public const int Page = 101;

    public List<RawRecord> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<RawRecord> records = [];
        if (!JournalFileHeader.TryRead(bytes, out JournalFileHeader page))
        {
            return records;
        }

        records.Add(new RawRecord(Page, bytes[16..56]));
        int at = JournalFileHeader.PageBytes;
        while (at < bytes.Length && FrameHeader.TryRead(bytes.AsSpan(at), page.Nonce, out FrameHeader frame))
        {
            byte[] head = new byte[42];
            bytes.AsSpan(at + 6, 34).CopyTo(head);
            bytes.AsSpan(at + 52, 8).CopyTo(head.AsSpan(34));
            records.Add(new RawRecord(Frame, head));
            ReadOnlySpan<byte> body = bytes.AsSpan(at + FrameHeader.Bytes, frame.BodyBytes);
            for (int i = 0; i < frame.Sections && SectionHeader.TryRead(body, out SectionHeader section); i++)
            {
                int length = SectionHeader.Bytes + section.ContentBytes;
                records.Add(new RawRecord((int)section.Type, body[..length].ToArray()));
                body = body[section.StoredBytes..];
            }

            at += frame.StoredBytes;
        }

        return records;
    }

    public bool Write(string path, List<RawRecord> records)
    {
        long length = new FileInfo(path).Length;
        if (records is not [{ Type: Page }, ..])
        {
            return false;
        }

        using MemoryStream file = new();
        byte[] page = new byte[JournalFileHeader.PageBytes];
        File.ReadAllBytes(path).AsSpan(0, JournalFileHeader.PageBytes).CopyTo(page);
        records[0].Body.CopyTo(page.AsSpan(16));
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(60), Crc32C.Compute(page.AsSpan(0, 60)));
        file.Write(page);
        for (int at = 1; at < records.Count;)
        {
            int end = at + 1;
            while (end < records.Count && records[end].Type != Frame)
            {
                end++;
            }

            if (records[at].Type != Frame || records.FindIndex(at, end - at, static one => one.Type == Page) >= 0)
            {
                return false;
            }

            WriteFrame(file, records[at].Body, records[(at + 1)..end]);
            at = end;
        }

        if (file.Length > length)
        {
            return false;
        }

        file.SetLength(length);
        TamperedStore.Replace(path, file.ToArray());
        return true;
    }

    private static void WriteFrame(MemoryStream file, byte[] head, List<RawRecord> sections)
    {
        int body = sections.Sum(static one => (one.Body.Length + 7) & -8);
        byte[] frame = new byte[FrameHeader.AlignUp(FrameHeader.Bytes + body)];
        "LSFR"u8.CopyTo(frame);
        frame[4] = 1;
        head.AsSpan(0, 34).CopyTo(frame.AsSpan(6));
        head.AsSpan(34).CopyTo(frame.AsSpan(52));
        int at = FrameHeader.Bytes;
        foreach (RawRecord section in sections)
        {
            section.Body.CopyTo(frame.AsSpan(at));
            at += (section.Body.Length + 7) & -8;
        }

        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(40), body);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(44), sections.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(
            frame.AsSpan(48), Crc32C.Compute(frame.AsSpan(FrameHeader.Bytes, body)));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(60), Crc32C.Compute(frame.AsSpan(0, 60)));
        file.Write(frame);
    }
}
