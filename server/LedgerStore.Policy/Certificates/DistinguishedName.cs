// A distinguished name in the one form that the deny list compares. Immutable; any thread.
//
//   canonical = the attributes, each "oid=value", sorted, joined by '\n'
//   value     = lower-case, outer white space removed, inner runs of it made one space; a value that is no string
//               is "#" and its DER in hex
//
// Order and grouping of attributes are left out on purpose: OpenSSL prints C first, .NET and RFC 4514 print CN first,
// and an entry of a deny list that silently never matches is worse than one that matches a little more.
using System.Text;

namespace LedgerStore.Policy;

/// <summary>A distinguished name, comparable however it was written.</summary>
public sealed class DistinguishedName : IEquatable<DistinguishedName>
{
    internal DistinguishedName(List<string> attributes)
    {
        attributes.Sort(StringComparer.Ordinal);
        Canonical = string.Join('\n', attributes);
    }

    /// <summary>The form that is compared.</summary>
    public string Canonical { get; }

    /// <summary>Reads the text form: RFC 4514, and what OpenSSL (-nameopt) and .NET print.</summary>
    /// <returns>Null, and why, if it cannot be understood.</returns>
    public static DistinguishedName? Parse(string text, out string problem) =>
        new DistinguishedNameText(text).Parse(out problem);

    /// <summary>Reads the DER form from a certificate. Null if it is no name.</summary>
    public static DistinguishedName? FromDer(ReadOnlyMemory<byte> der) => DistinguishedNameDer.Parse(der);

    public bool Equals(DistinguishedName? other) =>
        other is not null && string.Equals(Canonical, other.Canonical, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as DistinguishedName);

    public override int GetHashCode() => Canonical.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Canonical.Replace('\n', ',');

    internal static string Attribute(string oid, string value) => $"{oid}={Fold(value)}";

    private static string Fold(string value)
    {
        StringBuilder folded = new(value.Length);
        foreach (char letter in value.AsSpan().Trim())
        {
            if (!char.IsWhiteSpace(letter))
            {
                folded.Append(char.ToLowerInvariant(letter));
            }
            else if (folded[^1] != ' ')
            {
                folded.Append(' ');
            }
        }

        return folded.ToString();
    }
}
