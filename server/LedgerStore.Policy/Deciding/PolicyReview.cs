// For people: what may this identity do and why, and who may do what on which ledgers. Pure functions over a policy.
// Rights by ledger, with the time of their last use, are in LedgerReview.
using System.Collections.Immutable;
using System.Text;

namespace LedgerStore.Policy;

/// <summary>One right: an identity's capabilities on a pattern, and the rule that gives them.</summary>
/// <param name="Identity">Null for everybody without a certificate (anonymous tiles).</param>
/// <param name="BindingNumber">Counted from 1; 0 for anonymous tiles.</param>
public sealed record PolicyGrant(
    string? Identity, CapabilitySet Capabilities, string Ledgers, string Role, int BindingNumber, int Line, Quota Quota)
{
    /// <summary>How a person must have signed in for it; null: nothing is demanded.</summary>
    public SignInDemand? SignIn { get; init; }

    public bool IsStoreWide => Ledgers is "*" && Identity is not null;

    public override string ToString()
    {
        string who = Identity ?? "everybody";
        string what = Identity is null ? "fetch hash tiles and checkpoints" : Capabilities.ToString();
        string quota = Quota == Quota.Unlimited ? "" : $"; {Quota}";
        string signIn = SignIn is null ? "" : $"; needs {SignIn}";
        string wide = IsStoreWide ? " and store-wide" : "";
        string why = Identity is null ? "anonymous_tiles" : $"binding {BindingNumber}, role {Role}";
        return $"{who} may {what} on \"{Ledgers}\"{wide} ({why}, line {Line}{quota}{signIn})";
    }
}

/// <summary>What one identity may do, and why.</summary>
public sealed record PolicyExplanation(PolicyIdentity? Identity, string Name, ImmutableArray<PolicyGrant> Grants)
{
    public override string ToString()
    {
        if (Identity is null)
        {
            return $"{Quoted.Text(Name)} is not in the policy: it may do nothing\n";
        }

        StringBuilder text = new($"{Name}: {Identity.Recognised} (line {Identity.At.Line})\n");
        foreach (PolicyGrant grant in Grants)
        {
            text.Append("  ").Append(grant).Append('\n');
        }

        text.Append(Grants.Length > 0 ? "" : "  no binding names it: it may do nothing\n");
        return text.ToString();
    }
}

/// <summary>Lists the rights of a policy.</summary>
public static class PolicyReview
{
    /// <summary>What may it do, by which binding, in which line? In the order in which rules apply.</summary>
    public static PolicyExplanation Explain(this CompiledPolicy policy, string identityName)
    {
        IdentityRules? rules = policy.RulesOf(identityName);
        return new PolicyExplanation(rules?.Identity, identityName, rules is null ? [] : [.. GrantsOf(rules)]);
    }

    /// <summary>All rights by identity, in the order in which rules apply; what is open to everybody last.</summary>
    public static ImmutableArray<PolicyGrant> Review(this CompiledPolicy policy)
    {
        ImmutableArray<PolicyGrant>.Builder rows = ImmutableArray.CreateBuilder<PolicyGrant>();
        foreach (PolicyIdentity identity in policy.Document.Identities.OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            rows.AddRange(GrantsOf(policy.RulesOf(identity.Name)!));
        }

        foreach (LedgerPattern pattern in policy.Document.AnonymousTiles)
        {
            rows.Add(new PolicyGrant(null, CapabilitySet.None.With(Capability.Verify), pattern.Text, "", 0,
                pattern.At.Line, Quota.Unlimited));
        }

        return rows.ToImmutable();
    }

    private static List<PolicyGrant> GrantsOf(IdentityRules rules)
    {
        List<PolicyGrant> grants = [];
        foreach (PolicyBinding binding in rules.Bindings)
        {
            foreach (LedgerPattern pattern in binding.Ledgers)
            {
                grants.Add(new PolicyGrant(rules.Identity.Name, binding.Role.Capabilities, pattern.Text,
                    binding.Role.Name, binding.Number, pattern.At.Line, binding.Quota)
                { SignIn = binding.SignIn });
            }
        }

        return grants;
    }
}
