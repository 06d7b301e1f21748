// Reads a distinguished name as people and tools write it: type=value, separated by ',' ';' or '+', values plain with
// backslash escapes, in quotes, or '#' and DER in hex (RFC 4514). One use per object, one thread.
using System.Text;

namespace LedgerStore.Policy;

internal sealed class DistinguishedNameText(string text)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<string> attributes = [];
    private int position;

    public DistinguishedName? Parse(out string problem)
    {
        problem = text.StartsWith('/') ? "write the name as CN=...,O=... and not with slashes" : "";
        if (text.Length > PolicyLimits.IssuerLength)
        {
            problem = $"a name of {text.Length} characters exceeds the limit of {PolicyLimits.IssuerLength}";
        }

        bool more = true;
        while (more && problem.Length == 0)
        {
            problem = ReadAttribute();
            more = position < text.Length;
            position++;
        }

        return problem.Length == 0 ? new DistinguishedName(attributes) : null;
    }

    private static string EndsTooEarly() => "the name ends where an attribute (type=value) is expected";

    // Leaves the position at the separator or at the end.
    private string ReadAttribute()
    {
        int equals = text.IndexOf('=', Math.Min(position, text.Length));
        if (equals < 0)
        {
            return text.AsSpan(Math.Min(position, text.Length)).IsWhiteSpace()
                ? EndsTooEarly()
                : $"{Quoted.Text(text[position..])} has no '='";
        }

        string type = text[position..equals].Trim();
        string? oid = AttributeTypes.OidOf(type);
        if (oid is null)
        {
            return $"{Quoted.Text(type)} is no known attribute type; write its object identifier";
        }

        position = equals + 1;
        SkipSpaces();
        if (position < text.Length && text[position] == '#')
        {
            return ReadHex(oid);
        }

        return position < text.Length && text[position] == '"' ? ReadQuoted(oid) : ReadPlain(oid);
    }

    private string ReadPlain(string oid)
    {
        StringBuilder value = new();
        while (position < text.Length && text[position] is not (',' or ';' or '+'))
        {
            if (text[position] == '"')
            {
                return "a quote inside a value must be escaped";
            }

            if (!TakeLetter(value))
            {
                return "a backslash must be followed by a special character or two hex digits of UTF-8";
            }
        }

        return Add(oid, value.ToString());
    }

    private string ReadQuoted(string oid)
    {
        StringBuilder value = new();
        for (position++; position < text.Length;)
        {
            bool isQuote = text[position] == '"';
            if (isQuote && (position + 1 >= text.Length || text[position + 1] != '"'))
            {
                position++;
                SkipSpaces();
                return position < text.Length && text[position] is not (',' or ';' or '+')
                    ? "after a closing quote comes ',' or '+'"
                    : Add(oid, value.ToString());
            }

            // .NET writes a quote inside quotes twice.
            position += isQuote ? 1 : 0;
            if (!TakeLetter(value))
            {
                return "a backslash must be followed by a special character or two hex digits of UTF-8";
            }
        }

        return "a quote is not closed";
    }

    private string ReadHex(string oid)
    {
        int start = ++position;
        while (position < text.Length && text[position] is not (',' or ';' or '+'))
        {
            position++;
        }

        string hex = text[start..position].Trim();
        if (hex.Length == 0 || hex.Length % 2 != 0 || !hex.All(char.IsAsciiHexDigit))
        {
            return "after '#' comes the value's DER, an even number of hex digits";
        }

        string? value = DistinguishedNameDer.ParseValue(Convert.FromHexString(hex));
        return value is null ? "after '#' comes one value in DER" : Add(oid, value);
    }

    private string Add(string oid, string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return "a value is empty";
        }

        attributes.Add(DistinguishedName.Attribute(oid, value));
        return "";
    }

    // One character, or the UTF-8 that a run of \xx escapes spells.
    private bool TakeLetter(StringBuilder value)
    {
        if (text[position] != '\\')
        {
            value.Append(text[position++]);
            return true;
        }

        if (!IsHexEscape())
        {
            if (position + 1 >= text.Length || !" \"#+,;<=>\\".Contains(text[position + 1], StringComparison.Ordinal))
            {
                return false;
            }

            value.Append(text[position + 1]);
            position += 2;
            return true;
        }

        List<byte> bytes = [];
        for (; IsHexEscape(); position += 3)
        {
            bytes.Add(Convert.ToByte(text.Substring(position + 1, 2), 16));
        }

        try
        {
            value.Append(Utf8.GetString([.. bytes]));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private bool IsHexEscape() =>
        position + 2 < text.Length && text[position] == '\\'
        && char.IsAsciiHexDigit(text[position + 1]) && char.IsAsciiHexDigit(text[position + 2]);

    private void SkipSpaces()
    {
        while (position < text.Length && text[position] == ' ')
        {
            position++;
        }
    }
}
