// From nodes to the policy: sections in the order in which they refer to each other. Goes on after an error, so that
// one run shows as much as possible; with any error the result is thrown away. One thread, one file.
using System.Collections.Immutable;

namespace LedgerStore.Policy;

internal sealed partial class PolicyReader
{
    private readonly DiagnosticBag _bag;
    private readonly FieldReader _reader;

    // Names that were declared, also wrongly (null): a reference to those is not reported a second time.
    private readonly Dictionary<string, PolicyIdentity?> _identities = [];
    private readonly Dictionary<string, PolicyRole?> _roles = [];

    private PolicyReader(DiagnosticBag bag)
    {
        _bag = bag;
        _reader = new FieldReader(bag);
    }

    public static PolicyDocument? Read(ReadOnlySpan<byte> utf8, DiagnosticBag bag, ImmutableArray<byte> sha256)
    {
        YamlNode? root = PolicyText.Decode(utf8, bag) is { } text ? YamlReader.Read(text, bag) : null;
        return root is null ? null : new PolicyReader(bag).ReadDocument(root, sha256);
    }

    private PolicyDocument? ReadDocument(YamlNode root, ImmutableArray<byte> sha256)
    {
        if (_reader.Fields(root, "the policy", PolicyFields.Document) is not { } fields
            || !HasKnownVersion(fields, root.At))
        {
            return null;
        }

        string trustDomain = ReadTrustDomain(fields, root.At);
        ImmutableArray<PolicyIdentity> people = fields.TryGetValue("identities", out YamlNode? node)
            ? ReadIdentities(node, trustDomain) : [];
        ImmutableArray<PolicyRole> sets = fields.TryGetValue("roles", out node) ? ReadRoles(node) : [];
        return new PolicyDocument(trustDomain)
        {
            Sha256 = sha256,
            Identities = people,
            Roles = sets,
            Bindings = fields.TryGetValue("bindings", out node) ? ReadBindings(node) : [],
            Deny = fields.TryGetValue("deny", out node) ? ReadDeny(node) : [],
            AnonymousTiles = fields.TryGetValue("anonymous_tiles", out node) ? ReadAnonymousTiles(node) : [],
        };
    }

    private bool HasKnownVersion(Dictionary<string, YamlNode> fields, SourcePosition at)
    {
        if (_reader.Require(fields, "version", "the policy", at) is not { } node)
        {
            return false;
        }

        if (node is YamlText { IsPlain: true, Value: "1" })
        {
            return true;
        }

        _bag.Error("version", node.At, "this is not version 1 of the policy format, the only one known here",
            "write version: 1");
        return false;
    }

    private string ReadTrustDomain(Dictionary<string, YamlNode> fields, SourcePosition at)
    {
        if (_reader.Require(fields, "trust_domain", "the policy", at) is not { } node
            || _reader.Text(node, "trust_domain") is not { } domain)
        {
            return "";
        }

        string problem = SpiffeId.DomainProblem(domain);
        if (problem.Length > 0)
        {
            _bag.Error("uri", node.At, problem, "for example example.org");
            return "";
        }

        return domain;
    }

    private ImmutableArray<PolicyRole> ReadRoles(YamlNode node)
    {
        foreach ((YamlText key, YamlNode value) in _reader.Map(node, "roles")?.Fields ?? [])
        {
            if (_reader.Name(key, "a role") is { } name)
            {
                CapabilitySet? capabilities = ReadCapabilities(value, name);
                _roles.Add(name, capabilities is { } set ? new PolicyRole(name, set, key.At) : null);
            }
        }

        return [.. _roles.Values.OfType<PolicyRole>().OrderBy(r => r.At)];
    }

    private CapabilitySet? ReadCapabilities(YamlNode node, string role)
    {
        if (_reader.Items(node, $"the role {Quoted.Text(role)}") is not { } list)
        {
            return null;
        }

        CapabilitySet set = CapabilitySet.None;
        HashSet<string> seen = [];
        foreach (YamlNode item in list.Items)
        {
            if (_reader.Text(item, "a capability") is not { } word)
            {
                continue;
            }

            if (!CapabilityNames.TryParse(word, out Capability capability))
            {
                _bag.Error("capability", item.At, $"{Quoted.Text(word)} is no capability",
                    _bag.Suggest(word, CapabilityNames.All));
            }
            else if (_reader.IsFirst(seen, word, item.At))
            {
                set = set.With(capability);
            }
        }

        return set;
    }

    private ImmutableArray<LedgerPattern> ReadPatterns(YamlList list)
    {
        ImmutableArray<LedgerPattern>.Builder patterns = ImmutableArray.CreateBuilder<LedgerPattern>();
        HashSet<string> seen = [];
        foreach (YamlNode item in list.Items)
        {
            if (_reader.Text(item, "a ledger pattern") is not { } text)
            {
                continue;
            }

            LedgerPattern? pattern = LedgerPattern.Parse(text, item.At, out string problem, out string hint);
            if (pattern is null)
            {
                _bag.Error("pattern", item.At, problem, hint);
            }
            else if (_reader.IsFirst(seen, text, item.At))
            {
                patterns.Add(pattern);
            }
        }

        return patterns.ToImmutable();
    }

    private ImmutableArray<LedgerPattern> ReadAnonymousTiles(YamlNode node)
    {
        ImmutableArray<LedgerPattern> patterns =
            _reader.List(node, "anonymous_tiles") is { } list ? ReadPatterns(list) : [];
        foreach (LedgerPattern pattern in patterns.Where(p => p.IsStoreLedger))
        {
            _bag.Error("unsafe", pattern.At, $"{Quoted.Text(pattern.Text)} cannot be opened to everybody",
                "give read or verify on it to somebody with a certificate");
        }

        return patterns;
    }
}
