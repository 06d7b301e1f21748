// The attribute types of distinguished names that tools print by a short name, and their object identifiers.
// Constants (RFC 4514 section 3, RFC 5280 appendix A, and what OpenSSL and .NET print).
using System.Collections.Frozen;

namespace LedgerStore.Policy;

internal static class AttributeTypes
{
    private static readonly FrozenDictionary<string, string> s_oidOfName = new Dictionary<string, string>
    {
        ["CN"] = "2.5.4.3",
        ["SN"] = "2.5.4.4",
        ["SURNAME"] = "2.5.4.4",
        ["SERIALNUMBER"] = "2.5.4.5",
        ["C"] = "2.5.4.6",
        ["L"] = "2.5.4.7",
        ["ST"] = "2.5.4.8",
        ["S"] = "2.5.4.8",
        ["STREET"] = "2.5.4.9",
        ["O"] = "2.5.4.10",
        ["OU"] = "2.5.4.11",
        ["T"] = "2.5.4.12",
        ["TITLE"] = "2.5.4.12",
        ["G"] = "2.5.4.42",
        ["GN"] = "2.5.4.42",
        ["GIVENNAME"] = "2.5.4.42",
        ["I"] = "2.5.4.43",
        ["INITIALS"] = "2.5.4.43",
        ["DNQUALIFIER"] = "2.5.4.46",
        ["DC"] = "0.9.2342.19200300.100.1.25",
        ["UID"] = "0.9.2342.19200300.100.1.1",
        ["E"] = "1.2.840.113549.1.9.1",
        ["EMAIL"] = "1.2.840.113549.1.9.1",
        ["EMAILADDRESS"] = "1.2.840.113549.1.9.1",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The object identifier for a short name or a dotted one, or null.</summary>
    public static string? OidOf(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("OID.", StringComparison.OrdinalIgnoreCase))
        {
            name = name[4..];
        }

        string text = name.ToString();
        return IsOid(text) ? text : s_oidOfName.GetValueOrDefault(text);
    }

    // Each arc a number without leading zeros, at least two of them: one spelling for one identifier.
    private static bool IsOid(string text)
    {
        string[] arcs = text.Split('.');
        return arcs.Length >= 2 && arcs.All(arc =>
            arc.Length is > 0 and <= 39 && arc.All(char.IsAsciiDigit) && (arc.Length == 1 || arc[0] != '0'));
    }
}
