// How an operator writes an address, a size and a duration, in every file of ours. Pure functions.
using System.Net;

namespace LedgerStore.Policy;

internal static class Scalars
{
    /// <summary>An IP address with a port; null if the text is none.</summary>
    public static IPEndPoint? Address(string text)
    {
        // IPEndPoint takes an address without a port, and ":7443" of "::1:7443" for a part of the address.
        int colon = text.LastIndexOf(':');
        bool isBracketed = text.StartsWith('[') && text.Contains("]:", StringComparison.Ordinal);
        return colon > 0
            && (isBracketed || text.IndexOf(':', StringComparison.Ordinal) == colon)
            && text[(colon + 1)..].All(char.IsAsciiDigit)
            && IPEndPoint.TryParse(text, out IPEndPoint? address)
            && text.Length > colon + 1
            ? address
            : null;
    }

    /// <summary>Ticks of the unit behind the digits; null if there is no such unit.</summary>
    public static long? DurationUnit(string text, out string digits) => Unit(text, out digits) switch
    {
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => null,
    };

    /// <summary>Bytes of the unit behind the digits; null if there is no such unit.</summary>
    public static long? SizeUnit(string text, out string digits) => Unit(text, out digits) switch
    {
        "B" => 1,
        "KiB" => 1024,
        "MiB" => 1024 * 1024,
        "GiB" => 1024 * 1024 * 1024,
        _ => null,
    };

    private static string Unit(string text, out string digits)
    {
        int end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        digits = text[..end];
        return text[end..];
    }
}
