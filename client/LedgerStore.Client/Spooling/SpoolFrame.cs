// One batch in a spool file. Integers are little-endian.
//
//   0   u32 magic "LSSP"
//   4   u32 count of records
//   8   u64 ticket of the first one: they follow each other without a gap, across files too
//   16  u32 bytes of payload
//   20  u32 CRC-32C of the whole frame, with zeros here
//   24  u32 length of each record, then the payload
//
// Pure functions; any thread.

using System.Buffers.Binary;

namespace LedgerStore.Client;

internal static class SpoolFrame
{
    internal const int HeaderBytes = 24;

    private const uint Magic = 0x5053534c;
    private const int CrcOffset = 20;

    internal static int SizeOf(OutgoingBatch batch) =>
        HeaderBytes + (batch.Count * sizeof(uint)) + batch.PayloadBytes;

    /// <summary>Writes the frame of a batch into exactly that many bytes.</summary>
    internal static void Write(OutgoingBatch batch, Span<byte> frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], (uint)batch.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], batch.FirstTicket);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[16..], (uint)batch.PayloadBytes);
        frame.Slice(CrcOffset, sizeof(uint)).Clear();
        int position = HeaderBytes;
        foreach (int length in batch.Lengths)
        {
            BinaryPrimitives.WriteInt32LittleEndian(frame[position..], length);
            position += sizeof(int);
        }

        batch.Payload.CopyTo(frame[position..]);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[CrcOffset..], Crc32C.Compute(frame));
    }

    /// <summary>The size that a header promises; 0 if it is none.</summary>
    internal static int SizeOf(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic)
        {
            return 0;
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        return count is 0 or > OutgoingBatch.CallerRecordsMax || bytes > OutgoingBatch.CallerBytesMax
            ? 0
            : (int)(HeaderBytes + (count * sizeof(uint)) + bytes);
    }

    /// <summary>Whether the bytes are an intact frame of this ticket. Zeroes the CRC in them.</summary>
    internal static bool IsIntact(Span<byte> frame, ulong ticket)
    {
        if (SizeOf(frame) != frame.Length || BinaryPrimitives.ReadUInt64LittleEndian(frame[8..]) != ticket)
        {
            return false;
        }

        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(frame[CrcOffset..]);
        frame.Slice(CrcOffset, sizeof(uint)).Clear();
        return Crc32C.Compute(frame) == crc;
    }

    internal static int CountOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32LittleEndian(frame[4..]);

    /// <summary>Fills a batch from an intact frame. False: its lengths do not add up.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> frame, ulong ticket, OutgoingBatch into)
    {
        int count = CountOf(frame);
        ReadOnlySpan<byte> lengths = frame.Slice(HeaderBytes, count * sizeof(int));
        ReadOnlySpan<byte> payload = frame[(HeaderBytes + lengths.Length)..];
        into.FirstTicket = ticket;
        for (int i = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(lengths[(i * sizeof(int))..]);
            if ((uint)length > (uint)payload.Length)
            {
                return false;
            }

            into.Add(payload[..length]);
            payload = payload[length..];
        }

        return payload.IsEmpty;
    }
}
