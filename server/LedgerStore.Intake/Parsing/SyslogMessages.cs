// What a message of syslog is: RFC 5424, or the older form of RFC 3164, which is marked. Its text is the record, as it
// was sent; nothing is taken apart but to see that it can be.
// Pure functions.
using LedgerStore.Intake.Records;

namespace LedgerStore.Intake.Parsing;

internal static class SyslogMessages
{
    /// <summary>What a message is marked with that has no structure but its priority.</summary>
    public const string OldMark = "rfc3164";

    private const int PriorityMax = 191;
    private const int HeaderFields = 5;

    public static ParsedEvent Parse(ReadOnlyMemory<byte> message)
    {
        ParsedEvent text = ParsedEvent.TextOrBytes(message);
        int header = Priority(message.Span);
        return header == 0 ? text with { Opaque = "no syslog: it does not begin with a priority" }
            : IsStructured(message.Span[header..]) ? text
            : text with { Mark = OldMark };
    }

    /// <summary>Bytes of "&lt;PRI&gt;"; 0: it has none.</summary>
    private static int Priority(ReadOnlySpan<byte> message)
    {
        int close = message.IndexOf((byte)'>');
        if (close is < 2 or > 4 || message[0] != '<')
        {
            return 0;
        }

        int priority = 0;
        foreach (byte digit in message[1..close])
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return 0;
            }

            priority = (priority * 10) + digit - '0';
        }

        return priority <= PriorityMax ? close + 1 : 0;
    }

    // VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA [SP MSG]
    private static bool IsStructured(ReadOnlySpan<byte> rest)
    {
        if (!rest.StartsWith("1 "u8))
        {
            return false;
        }

        rest = rest[2..];
        for (int field = 0; field < HeaderFields; field++)
        {
            int space = rest.IndexOf((byte)' ');
            if (space < 1 || rest[..space].ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            {
                return false;
            }

            rest = rest[(space + 1)..];
        }

        int data = StructuredData(rest);
        return data > 0 && (data == rest.Length || rest[data] == ' ');
    }

    /// <summary>Bytes of "-" or of elements in brackets; 0: there are none.</summary>
    private static int StructuredData(ReadOnlySpan<byte> rest)
    {
        if (rest.StartsWith("-"u8))
        {
            return 1;
        }

        int at = 0;
        while (at < rest.Length && rest[at] == '[')
        {
            bool isQuoted = false;
            at++;
            while (at < rest.Length && (isQuoted || rest[at] != ']'))
            {
                isQuoted ^= rest[at] == '"';
                at += isQuoted && rest[at] == '\\' ? 2 : 1;
            }

            if (at >= rest.Length)
            {
                return 0;
            }

            at++;
        }

        return at;
    }
}
