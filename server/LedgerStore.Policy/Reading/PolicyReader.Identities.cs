// The sections that name certificates and persons: identities, and the deny list.
// One thread, one file.
using System.Collections.Immutable;

namespace LedgerStore.Policy;

internal sealed partial class PolicyReader
{
    private const string FingerprintPrefix = "sha256:";

    // What recognises somebody, and who that is: two identities with one certificate would be a coin toss.
    private readonly Dictionary<string, string> _recognised = [];

    private ImmutableArray<PolicyIdentity> ReadIdentities(YamlNode node, string trustDomain)
    {
        foreach ((YamlText key, YamlNode value) in _reader.Map(node, "identities")?.Fields ?? [])
        {
            if (_reader.Name(key, "an identity") is { } name)
            {
                if (Names.Reserved.Contains(name))
                {
                    _bag.Error("reserved", key.At,
                        $"no identity can be called {Quoted.Text(name)}: in the record of accesses it would be taken"
                        + " for somebody else",
                        $"the reserved names are {string.Join(", ", Names.Reserved)}");
                }

                _identities.Add(name, ReadIdentity(name, key.At, value, trustDomain));
            }
        }

        return [.. _identities.Values.OfType<PolicyIdentity>().OrderBy(i => i.At)];
    }

    private PolicyIdentity? ReadIdentity(string name, SourcePosition at, YamlNode node, string trustDomain)
    {
        string what = $"the identity {Quoted.Text(name)}";
        if (_reader.Fields(node, what, PolicyFields.Identity) is not { } fields)
        {
            return null;
        }

        if (fields.Count != 1)
        {
            // One name for a certificate and a person would be two ways in, and one of them is forgotten.
            _bag.Error(fields.Count > 1 ? "type" : "missing", node.At,
                fields.Count > 1
                    ? $"{what} has both {string.Join(" and ", fields.Keys.Order(StringComparer.Ordinal).Reverse())}"
                    : $"{what} has neither uri nor fingerprint nor oidc",
                "exactly one of them tells who it is");
            return null;
        }

        if (fields.TryGetValue("oidc", out YamlNode? oidc))
        {
            return ReadOidc(oidc) is { } rule && IsOnlyOne(rule.Key, name, oidc.At)
                ? new PolicyIdentity(name, null, null, at) { Oidc = rule }
                : null;
        }

        bool hasUri = fields.TryGetValue("uri", out YamlNode? uri);
        YamlNode fingerprint = hasUri ? uri! : fields["fingerprint"];

        string? value = hasUri ? ReadUri(uri!, trustDomain) : ReadSha256(fingerprint, "fingerprint");
        if (value is null || !IsOnlyOne(value, name, fingerprint.At))
        {
            return null;
        }

        return new PolicyIdentity(name, hasUri ? value : null, hasUri ? null : value, at);
    }

    private bool IsOnlyOne(string value, string name, SourcePosition at)
    {
        if (_recognised.TryAdd(value, name))
        {
            return true;
        }

        string what = value.Contains('\n', StringComparison.Ordinal) ? "sign-in" : "certificate";
        _bag.Error("duplicate", at, $"{Quoted.Text(_recognised[value])} is recognised by the same {what}", "");
        return false;
    }

    private string? ReadUri(YamlNode node, string trustDomain)
    {
        if (_reader.Text(node, "uri") is not { } uri || trustDomain.Length == 0)
        {
            return null;
        }

        string problem = SpiffeId.Problem(uri, trustDomain);
        if (problem.Length > 0)
        {
            _bag.Error("uri", node.At, problem, $"for example {SpiffeId.Scheme}{trustDomain}/payments");
            return null;
        }

        return uri;
    }

    private string? ReadSha256(YamlNode node, string what)
    {
        if (_reader.Text(node, what) is not { } text)
        {
            return null;
        }

        bool hasPrefix = text.StartsWith(FingerprintPrefix, StringComparison.Ordinal);
        string hex = hasPrefix ? text[FingerprintPrefix.Length..] : "";
        if (hex.Length == 64 && hex.All(char.IsAsciiHexDigitLower))
        {
            return hex;
        }

        _bag.Error("fingerprint", node.At, $"{what}: {Quoted.Text(text)} is not sha256: and 64 hex digits",
            hex.Any(char.IsAsciiLetterUpper) ? "in lower case" : hex.Contains(':', StringComparison.Ordinal)
                ? "without colons between the digits" : "");
        return null;
    }

    private ImmutableArray<DenyRule> ReadDeny(YamlNode node)
    {
        ImmutableArray<DenyRule>.Builder rules = ImmutableArray.CreateBuilder<DenyRule>();
        foreach (YamlNode item in _reader.List(node, "deny")?.Items ?? [])
        {
            if (_reader.Fields(item, "a deny entry", PolicyFields.Deny) is { } fields
                && ReadDenyRule(fields, item.At) is { } rule)
            {
                rules.Add(rule);
            }
        }

        return rules.ToImmutable();
    }

    private DenyRule? ReadDenyRule(Dictionary<string, YamlNode> fields, SourcePosition at)
    {
        bool hasPair = fields.ContainsKey("issuer") && fields.ContainsKey("serial");
        bool hasKey = fields.ContainsKey("spki");
        if (hasPair == hasKey || fields.Count != (hasKey ? 1 : 2))
        {
            _bag.Error("deny", at, "a deny entry is either issuer and serial, or spki", "");
            return null;
        }

        if (hasKey)
        {
            return ReadSha256(fields["spki"], "spki") is { } spki
                ? new DenyRule(null, null, spki, CertificateFacts.KeyOfSpki(spki), at) : null;
        }

        string? serial = ReadSerial(fields["serial"]);
        if (_reader.Text(fields["issuer"], "issuer") is not { } text)
        {
            return null;
        }

        DistinguishedName? issuer = DistinguishedName.Parse(text, out string problem);
        if (issuer is null)
        {
            _bag.Error("deny", fields["issuer"].At, $"issuer: {problem}", "for example \"CN=Example CA,O=Example\"");
        }

        return issuer is null || serial is null
            ? null : new DenyRule(text, serial, null, CertificateFacts.KeyOf(issuer, serial), at);
    }

    private string? ReadSerial(YamlNode node)
    {
        if (_reader.Text(node, "serial") is not { } text)
        {
            return null;
        }

        string? serial = CertificateFacts.NormalSerial(text);
        if (serial is null)
        {
            _bag.Error("deny", node.At,
                $"serial: {Quoted.Text(text)} is not 1 to {PolicyLimits.SerialDigits} hex digits",
                "as openssl x509 -noout -serial prints it");
        }

        return serial;
    }
}
