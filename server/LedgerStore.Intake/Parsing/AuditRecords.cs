// Records of the Linux audit system: a line each, known by the kernel's time and serial number, which the records of
// one event share, and by what it says. Pure functions.
using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class AuditRecords
{
    // Of SHA-256; with the serial number in front.
    private const int ContentDigits = 16;
    private const int StampBytesMax = 64;

    private static readonly SearchValues<byte> s_stampBytes = SearchValues.Create("0123456789.:"u8);

    private static ReadOnlySpan<byte> StampStart => "audit("u8;

    public static ParsedEvent Parse(ReadOnlyMemory<byte> line)
    {
        ParsedEvent text = ParsedEvent.TextOrBytes(line);
        return IdOf(line.Span) is { } id
            ? text with { Id = id }
            : text with { Opaque = "no record of the audit system: it has no audit(TIME:SERIAL)" };
    }

    private static string? IdOf(ReadOnlySpan<byte> line)
    {
        int start = line.IndexOf(StampStart);
        if (start < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> stamp = line[(start + StampStart.Length)..];
        int end = stamp.IndexOf((byte)')');
        return end is < 1 or > StampBytesMax || stamp[..end].ContainsAnyExcept(s_stampBytes)
            ? null
            : $"{Encoding.ASCII.GetString(stamp[..end])}/"
                + Convert.ToHexStringLower(SHA256.HashData(line))[..ContentDigits];
    }
}
