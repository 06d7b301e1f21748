// Cuts messages out of a connection of syslog: "MSG-LEN SP MSG" (RFC 5425), or lines (RFC 6587) where a message does
// not begin with its length.
// Pure functions.
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class SyslogFrames
{
    private const int DigitsMax = 7;
    private const byte Newline = (byte)'\n';

    /// <summary>The first message; false: more bytes are needed.</summary>
    /// <param name="used">Bytes up to the next message.</param>
    public static bool TryCut(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> message, out int used)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        int start = span.IndexOfAnyExcept("\r\n\0 "u8);
        message = default;
        used = 0;
        if (start < 0)
        {
            used = span.Length;
            return span.Length > 0;
        }

        if (Length(span[start..], out int prefix) is { } length)
        {
            if (prefix == 0 || span.Length - start - prefix < length)
            {
                return false;
            }

            message = bytes.Slice(start + prefix, length);
            used = start + prefix + length;
            return true;
        }

        int newline = span[start..].IndexOf(Newline);
        if (newline < 0 && span.Length - start < IntakeLimits.LineBytes)
        {
            return false;
        }

        // A line without an end is cut; nothing of it is left out.
        int end = newline < 0 ? IntakeLimits.LineBytes : newline;
        message = bytes.Slice(start, end);
        used = start + end + (newline < 0 ? 0 : 1);
        if (newline > 0 && message.Span[^1] == '\r')
        {
            message = message[..^1];
        }

        return true;
    }

    /// <summary>The length that a message begins with; null: it begins with none. Without its end the prefix is 0.
    /// </summary>
    private static int? Length(ReadOnlySpan<byte> span, out int prefix)
    {
        int length = 0;
        prefix = 0;
        for (int at = 0; at <= DigitsMax; at++)
        {
            if (at == span.Length)
            {
                return at == 0 ? null : 0;
            }

            if (span[at] == ' ' && at > 0)
            {
                prefix = at + 1;
                return length;
            }

            if (!char.IsAsciiDigit((char)span[at]) || (at == 0 && span[at] == '0'))
            {
                return null;
            }

            length = (length * 10) + span[at] - '0';
            if (length > IntakeLimits.LineBytes)
            {
                return null;
            }
        }

        return null;
    }
}
