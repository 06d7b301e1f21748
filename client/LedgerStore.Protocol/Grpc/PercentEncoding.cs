// The encoding of grpc-message: UTF-8 where everything but printable ASCII, and '%' itself, is %XX.
// Pure functions; any thread.

using System.Text;

namespace LedgerStore.Protocol.Grpc;

internal static class PercentEncoding
{
    // A message is for people. What is longer is cut, so that an error can never outgrow the header limit of a peer.
    private const int MessageBytesMax = 4096;

    internal static string Encode(string message)
    {
        if (message.Length <= MessageBytesMax && IsPlain(message))
        {
            return message;
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(message);
        StringBuilder encoded = new(utf8.Length + 16);
        foreach (byte value in utf8.AsSpan(0, CutAt(utf8)))
        {
            if (value is >= 0x20 and <= 0x7e and not (byte)'%')
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append('%').Append(HexDigit(value >> 4)).Append(HexDigit(value & 15));
            }
        }

        return encoded.ToString();
    }

    /// <summary>Decodes what can be decoded and keeps the rest: a bad escape must not hide the message.</summary>
    internal static string Decode(string encoded)
    {
        if (!encoded.Contains('%', StringComparison.Ordinal))
        {
            return encoded;
        }

        byte[] raw = Encoding.UTF8.GetBytes(encoded);
        int written = 0;
        for (int read = 0; read < raw.Length; read++)
        {
            if (raw[read] == '%' && read + 2 < raw.Length
                && char.IsAsciiHexDigit((char)raw[read + 1]) && char.IsAsciiHexDigit((char)raw[read + 2]))
            {
                raw[written++] = (byte)((HexValue(raw[read + 1]) << 4) | HexValue(raw[read + 2]));
                read += 2;
            }
            else
            {
                raw[written++] = raw[read];
            }
        }

        return Encoding.UTF8.GetString(raw, 0, written);
    }

    private static bool IsPlain(string message)
    {
        foreach (char letter in message)
        {
            if (letter is < ' ' or > '~' or '%')
            {
                return false;
            }
        }

        return true;
    }

    // Where to cut a long message without cutting a character.
    private static int CutAt(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= MessageBytesMax)
        {
            return utf8.Length;
        }

        int cut = MessageBytesMax;
        while (cut > 0 && (utf8[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        return cut;
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
