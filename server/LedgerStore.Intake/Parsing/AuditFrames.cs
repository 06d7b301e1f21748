// Cuts messages out of a connection of audisp-remote. In front of each stands a header, little-endian:
//
//   0  4  magic    0xFF0000FE
//   4  1  layout of the header, 0
//   5  1  what a reader must know, 0
//   6  4  type     0: a record; 1: a sign of life; with the bit 0x40000000: an answer
//  10  2  length   of what follows
//  12  4  number   the answer has the same
//
// What does not begin so is a line (format = ascii), which nobody waits for an answer to. Pure functions.
using System.Buffers.Binary;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

/// <param name="Message">Empty: a sign of life, or a line without anything.</param>
/// <param name="Number">Null: there is no answer.</param>
internal readonly record struct AuditFrame(ReadOnlyMemory<byte> Message, uint? Number);

internal static class AuditFrames
{
    public const uint Acknowledged = 0x4000_0000;
    public const uint DiskFull = 0x6000_0001;
    public const int HeaderBytes = 16;

    private const uint Magic = 0xFF00_00FE;
    private const uint SignOfLife = 1;
    private const byte Newline = (byte)'\n';

    private static ReadOnlySpan<byte> MagicBytes => [0xFE, 0x00, 0x00, 0xFF];

    /// <summary>The first message; false: more bytes are needed.</summary>
    /// <param name="used">Bytes up to the next message.</param>
    public static bool TryCut(ReadOnlyMemory<byte> bytes, out AuditFrame frame, out int used)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        frame = default;
        used = 0;
        if (span.Length < MagicBytes.Length && MagicBytes.StartsWith(span))
        {
            return false;
        }

        if (!span.StartsWith(MagicBytes))
        {
            return TryCutLine(bytes, out frame, out used);
        }

        if (span.Length < HeaderBytes)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(span[10..]);
        if (span.Length - HeaderBytes < length)
        {
            return false;
        }

        uint number = BinaryPrimitives.ReadUInt32LittleEndian(span[12..]);
        bool isRecord = BinaryPrimitives.ReadUInt32LittleEndian(span[6..]) != SignOfLife;
        used = HeaderBytes + length;
        frame = new AuditFrame(isRecord ? WithoutEnd(bytes[HeaderBytes..used]) : default, number);
        return true;
    }

    /// <summary>The header of an answer.</summary>
    public static byte[] Header(uint type, int length, uint number)
    {
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(6), type);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10), (ushort)length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), number);
        return header;
    }

    private static bool TryCutLine(ReadOnlyMemory<byte> bytes, out AuditFrame frame, out int used)
    {
        frame = default;
        used = 0;
        int newline = bytes.Span.IndexOf(Newline);
        if (newline < 0 && bytes.Length < IntakeLimits.LineBytes)
        {
            return false;
        }

        // A line without an end is cut; nothing of it is left out.
        used = newline < 0 ? IntakeLimits.LineBytes : newline + 1;
        frame = new AuditFrame(newline < 0 ? bytes[..used] : bytes[..newline], null);
        return true;
    }

    private static ReadOnlyMemory<byte> WithoutEnd(ReadOnlyMemory<byte> message) =>
        message.Length > 0 && message.Span[^1] == Newline ? message[..^1] : message;
}
