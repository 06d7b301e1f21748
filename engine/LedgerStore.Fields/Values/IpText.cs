// IP addresses in records and questions: one spelling for each. IPv4 has four numbers without leading zeros; IPv6 is
// written as RFC 5952 says, and an IPv4 address inside of IPv6 (::ffff:a.b.c.d) is the IPv4 address.
// Pure; nothing is allocated.

using System.Buffers.Binary;
using System.Globalization;

namespace LedgerStore.Fields;

/// <summary>Reads and writes addresses.</summary>
internal static class IpText
{
    /// <summary>The longest spelling that <see cref="Write"/> writes.</summary>
    public const int BytesMax = 39;

    private const int Groups = 8;
    private const int AddressBytes = 2 * Groups;
    private const int V4Bytes = 4;

    /// <summary>Writes the one spelling of an address.</summary>
    /// <returns>How many bytes were written; 0 when the text is no address.</returns>
    public static int Write(ReadOnlySpan<byte> text, Span<byte> canonical)
    {
        Span<byte> v4 = stackalloc byte[V4Bytes];
        if (TryV4(text, v4))
        {
            return WriteV4(v4, canonical);
        }

        Span<byte> address = stackalloc byte[AddressBytes];
        return TryV6(text, address) ? WriteV6(address, canonical) : 0;
    }

    private static bool TryV4(ReadOnlySpan<byte> text, Span<byte> address)
    {
        for (int i = 0; i < V4Bytes; i++)
        {
            int end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            ReadOnlySpan<byte> digits = end < 0 ? text : text[..end];
            bool isNumber = digits.Length is 1 or 2 or 3 && (digits.Length == 1 || digits[0] != '0')
                && byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out address[i]);
            text = text[digits.Length..];
            bool isLast = i == V4Bytes - 1;
            if (!isNumber || (isLast ? !text.IsEmpty : text.IsEmpty || text[0] != '.'))
            {
                return false;
            }

            text = isLast ? text : text[1..];
        }

        return true;
    }

    private static bool TryV6(ReadOnlySpan<byte> text, Span<byte> address)
    {
        address.Clear();
        int gap = text.IndexOf("::"u8);
        if (gap < 0)
        {
            return Groups16(text, address) == AddressBytes;
        }

        int front = gap == 0 ? 0 : Groups16(text[..gap], address);
        Span<byte> back = stackalloc byte[AddressBytes];
        ReadOnlySpan<byte> behind = text[(gap + 2)..];
        int length = behind.IsEmpty ? 0 : Groups16(behind, back);
        if (front < 0 || length < 0 || front + length > AddressBytes - 2)
        {
            return false;
        }

        back[..length].CopyTo(address[^length..]);
        return true;
    }

    // Groups with colons between them, the last of which may be an IPv4 address; -1 when they are none.
    private static int Groups16(ReadOnlySpan<byte> text, Span<byte> to)
    {
        int written = 0;
        while (true)
        {
            int colon = text.IndexOf((byte)':');
            ReadOnlySpan<byte> group = colon < 0 ? text : text[..colon];
            if (colon < 0 && group.Contains((byte)'.'))
            {
                return written <= AddressBytes - V4Bytes && TryV4(group, to[written..]) ? written + V4Bytes : -1;
            }

            if (group.Length is 0 or > 4 || written > AddressBytes - 2 || !ushort.TryParse(
                group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value))
            {
                return -1;
            }

            BinaryPrimitives.WriteUInt16BigEndian(to[written..], value);
            written += 2;
            if (colon < 0)
            {
                return written;
            }

            text = text[(colon + 1)..];
        }
    }

    private static int WriteV4(ReadOnlySpan<byte> address, Span<byte> text)
    {
        int at = 0;
        for (int i = 0; i < V4Bytes; i++)
        {
            if (i > 0)
            {
                text[at++] = (byte)'.';
            }

            _ = address[i].TryFormat(text[at..], out int digits, default, CultureInfo.InvariantCulture);
            at += digits;
        }

        return at;
    }

    private static int WriteV6(ReadOnlySpan<byte> address, Span<byte> text)
    {
        ReadOnlySpan<byte> mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];
        if (address.StartsWith(mapped))
        {
            return WriteV4(address[mapped.Length..], text);
        }

        (int zeros, int count) = LongestZeros(address);
        int at = 0;
        for (int group = 0; group < Groups; group++)
        {
            if (group == zeros)
            {
                text[at++] = (byte)':';
                text[at++] = (byte)':';
                group += count - 1;
                continue;
            }

            if (at > 0 && text[at - 1] != (byte)':')
            {
                text[at++] = (byte)':';
            }

            ushort value = BinaryPrimitives.ReadUInt16BigEndian(address[(2 * group)..]);
            _ = value.TryFormat(text[at..], out int digits, "x", CultureInfo.InvariantCulture);
            at += digits;
        }

        return at;
    }

    // The first of the longest runs of zero groups; a single one is not shortened.
    private static (int First, int Count) LongestZeros(ReadOnlySpan<byte> address)
    {
        (int First, int Count) best = (-1, 1);
        int run = 0;
        for (int group = 0; group < Groups; group++)
        {
            run = BinaryPrimitives.ReadUInt16BigEndian(address[(2 * group)..]) == 0 ? run + 1 : 0;
            if (run > best.Count)
            {
                best = (group - run + 1, run);
            }
        }

        return best;
    }
}
