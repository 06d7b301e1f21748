// Reads a distinguished name as people and tools write it: type=value, separated by ',' ';' or '+', values plain with
// backslash escapes, in quotes, or '#' and DER in hex (RFC 4514). One use per object, one thread.
using System.Text;

namespace LedgerStore.Policy;

internal sealed class DistinguishedNameText(string text)
{
    private static readonly UTF8Encoding s_utf8 = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<string> _attributes = [];
    private int _position;

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
            more = _position < text.Length;
            _position++;
        }

        return problem.Length == 0 ? new DistinguishedName(_attributes) : null;
    }

    private static string EndsTooEarly() => "the name ends where an attribute (type=value) is expected";

    // Leaves the position at the separator or at the end.
    private string ReadAttribute()
    {
        int equals = text.IndexOf('=', Math.Min(_position, text.Length));
        if (equals < 0)
        {
            return text.AsSpan(Math.Min(_position, text.Length)).IsWhiteSpace()
                ? EndsTooEarly()
                : $"{Quoted.Text(text[_position..])} has no '='";
        }

        string type = text[_position..equals].Trim();
        string? oid = AttributeTypes.OidOf(type);
        if (oid is null)
        {
            return $"{Quoted.Text(type)} is no known attribute type; write its object identifier";
        }

        _position = equals + 1;
        SkipSpaces();
        if (_position < text.Length && text[_position] == '#')
        {
            return ReadHex(oid);
        }

        return _position < text.Length && text[_position] == '"' ? ReadQuoted(oid) : ReadPlain(oid);
    }

    private string ReadPlain(string oid)
    {
        StringBuilder value = new();
        while (_position < text.Length && text[_position] is not (',' or ';' or '+'))
        {
            if (text[_position] == '"')
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
        for (_position++; _position < text.Length;)
        {
            bool isQuote = text[_position] == '"';
            if (isQuote && (_position + 1 >= text.Length || text[_position + 1] != '"'))
            {
                _position++;
                SkipSpaces();
                return _position < text.Length && text[_position] is not (',' or ';' or '+')
                    ? "after a closing quote comes ',' or '+'"
                    : Add(oid, value.ToString());
            }

            // .NET writes a quote inside quotes twice.
            _position += isQuote ? 1 : 0;
            if (!TakeLetter(value))
            {
                return "a backslash must be followed by a special character or two hex digits of UTF-8";
            }
        }

        return "a quote is not closed";
    }

    private string ReadHex(string oid)
    {
        int start = ++_position;
        while (_position < text.Length && text[_position] is not (',' or ';' or '+'))
        {
            _position++;
        }

        string hex = text[start.._position].Trim();
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

        _attributes.Add(DistinguishedName.Attribute(oid, value));
        return "";
    }

    // One character, or the UTF-8 that a run of \xx escapes spells.
    private bool TakeLetter(StringBuilder value)
    {
        if (text[_position] != '\\')
        {
            value.Append(text[_position++]);
            return true;
        }

        if (!IsHexEscape())
        {
            if (_position + 1 >= text.Length || !" \"#+,;<=>\\".Contains(text[_position + 1], StringComparison.Ordinal))
            {
                return false;
            }

            value.Append(text[_position + 1]);
            _position += 2;
            return true;
        }

        List<byte> bytes = [];
        for (; IsHexEscape(); _position += 3)
        {
            bytes.Add(Convert.ToByte(text.Substring(_position + 1, 2), 16));
        }

        try
        {
            value.Append(s_utf8.GetString([.. bytes]));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private bool IsHexEscape() =>
        _position + 2 < text.Length && text[_position] == '\\'
        && char.IsAsciiHexDigit(text[_position + 1]) && char.IsAsciiHexDigit(text[_position + 2]);

    private void SkipSpaces()
    {
        while (_position < text.Length && text[_position] == ' ')
        {
            _position++;
        }
    }
}
