// Makes text of callers fit for a record: short, printable, and nothing in it that a terminal would obey.
// Pure functions; any thread.
using System.Net;
using System.Net.Sockets;

namespace LedgerStore.Server.Audit;

/// <summary>Texts as records carry them.</summary>
internal static class AuditText
{
    // A ledger's name has at most 63 characters: what is longer is none, and its beginning says enough.
    private const int LengthMax = 80;

    /// <summary>The text with everything but printable ASCII replaced, cut when it is long.</summary>
    public static string Of(string text) => Of(text, LengthMax);

    /// <summary>The same with a length of its own.</summary>
    public static string Of(string text, int lengthMax) =>
        text.Length <= lengthMax && IsPlain(text) ? text : OfSlow(text, lengthMax);

    /// <summary>Address and port of the other end.</summary>
    public static string Peer(IPAddress? address, int port) =>
        address is null ? string.Empty : new IPEndPoint(Plain(address), port).ToString();

    /// <summary>The network of an address: what is summed is summed by it.</summary>
    public static string Prefix(IPAddress? address)
    {
        if (address is null)
        {
            return string.Empty;
        }

        const int ipv4Bits = 24, ipv6Bits = 48;
        IPAddress plain = Plain(address);
        int bits = plain.AddressFamily == AddressFamily.InterNetwork ? ipv4Bits : ipv6Bits;
        byte[] bytes = plain.GetAddressBytes();
        bytes.AsSpan(bits / 8).Clear();
        return $"{new IPAddress(bytes)}/{bits}";
    }

    /// <summary>The same for an address with its port, as text.</summary>
    public static string PrefixOf(string peer) =>
        IPEndPoint.TryParse(peer, out IPEndPoint? parsed) ? Prefix(parsed.Address) : string.Empty;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static string OfSlow(string text, int lengthMax)
    {
        string cut = text.Length > lengthMax ? text[..lengthMax] : text;
        return string.Create(cut.Length, cut, static (span, from) =>
        {
            for (int at = 0; at < span.Length; at++)
            {
                span[at] = from[at] is >= ' ' and <= '~' ? from[at] : '?';
            }
        }) + (text.Length > lengthMax ? "..." : string.Empty);
    }
}
