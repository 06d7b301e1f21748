// The section that gives rights: who has which role on which ledgers, and how much of it.
// One thread, one file.
using System.Collections.Immutable;

namespace LedgerStore.Policy;

internal sealed partial class PolicyReader
{
    private long _grants;

    private ImmutableArray<PolicyBinding> ReadBindings(YamlNode node)
    {
        ImmutableArray<PolicyBinding>.Builder bindings = ImmutableArray.CreateBuilder<PolicyBinding>();
        int number = 0;
        foreach (YamlNode item in _reader.List(node, "bindings")?.Items ?? [])
        {
            number++;
            if (_reader.Fields(item, "a binding", PolicyFields.Binding) is { } fields
                && ReadBinding(fields, item.At, number) is { } binding)
            {
                bindings.Add(binding);
            }
        }

        return bindings.ToImmutable();
    }

    private PolicyBinding? ReadBinding(Dictionary<string, YamlNode> fields, SourcePosition at, int number)
    {
        PolicyRole? role = _reader.Require(fields, "role", "a binding", at) is { } node
            ? Find(_roles, node, "role") : null;
        ImmutableArray<PolicyIdentity> members = _reader.Require(fields, "identities", "a binding", at) is { } list
            ? ReadMembers(list) : [];
        YamlList? ledgers = _reader.Require(fields, "ledgers", "a binding", at) is { } names
            ? _reader.Items(names, "ledgers") : null;
        ImmutableArray<LedgerPattern> patterns = ledgers is null ? [] : ReadPatterns(ledgers);
        Quota quota = fields.TryGetValue("quota", out YamlNode? amounts) ? ReadQuota(amounts) : Quota.Unlimited;
        if (role is null)
        {
            return null;
        }

        RefuseChangesToStoreLedgers(role, patterns);
        SignInDemand? signIn = fields.TryGetValue("sign_in", out YamlNode? demand) ? ReadSignIn(demand) : null;
        CheckPersons(role, members, demand, at);
        CountGrants(members.Length, patterns.Length, at);
        return new PolicyBinding(number, role, members, patterns, quota, at) { SignIn = signIn };
    }

    private ImmutableArray<PolicyIdentity> ReadMembers(YamlNode node)
    {
        ImmutableArray<PolicyIdentity>.Builder members = ImmutableArray.CreateBuilder<PolicyIdentity>();
        HashSet<string> seen = [];
        foreach (YamlNode item in _reader.Items(node, "identities")?.Items ?? [])
        {
            if (Find(_identities, item, "identity") is { } identity && _reader.IsFirst(seen, identity.Name, item.At))
            {
                members.Add(identity);
            }
        }

        return members.ToImmutable();
    }

    private T? Find<T>(Dictionary<string, T?> declared, YamlNode node, string what)
        where T : class
    {
        if (_reader.Text(node, what) is not { } name)
        {
            return null;
        }

        if (declared.TryGetValue(name, out T? found))
        {
            return found;
        }

        _bag.Error("reference", node.At, $"there is no {what} {Quoted.Text(name)}",
            _bag.Suggest(name, declared.Keys));
        return null;
    }

    private Quota ReadQuota(YamlNode node)
    {
        if (_reader.Fields(node, "a quota", PolicyFields.Quota) is not { } fields)
        {
            return Quota.Unlimited;
        }

        if (fields.Count == 0)
        {
            _bag.Error("empty", node.At, "the quota limits nothing", "leave it out");
        }

        return new Quota(
            Amount("records_per_second", PolicyLimits.QuotaAmount),
            Amount("bytes_per_second", PolicyLimits.QuotaAmount),
            (int?)Amount("streams", int.MaxValue),
            Amount("in_flight_bytes", PolicyLimits.QuotaAmount));

        long? Amount(string name, long max) =>
            fields.TryGetValue(name, out YamlNode? value) ? _reader.Number(value, name, max) : null;
    }

    private void RefuseChangesToStoreLedgers(PolicyRole role, ImmutableArray<LedgerPattern> patterns)
    {
        foreach (LedgerPattern pattern in patterns.Where(static one => one.IsStoreLedger))
        {
            CapabilitySet tooMuch = role.Capabilities.Without(Names.OnStoreLedger(pattern.Text));
            if (tooMuch.IsEmpty)
            {
                continue;
            }

            _bag.Error("unsafe", pattern.At,
                $"the role {Quoted.Text(role.Name)} gives {tooMuch} on {Quoted.Text(pattern.Text)};"
                + " the store's own ledgers can only be read and verified",
                "bind a role with read or verify only");
        }
    }

    private void CountGrants(int members, int patterns, SourcePosition at)
    {
        bool wasWithin = _grants <= PolicyLimits.Grants;
        _grants += (long)members * patterns;
        if (wasWithin && _grants > PolicyLimits.Grants)
        {
            _bag.Error("limit", at, $"up to here the bindings spell out {_grants} identity-on-pattern pairs, more than"
                + $" {PolicyLimits.Grants}", "use patterns with *");
        }
    }
}
