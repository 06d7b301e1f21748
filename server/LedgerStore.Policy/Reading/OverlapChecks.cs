// Warnings that come from two rules together: patterns that add nothing, quotas that never apply, and one identity that
// writes and administers the same ledger through two roles. Pure functions; the pairs compared are bounded.
namespace LedgerStore.Policy;

internal static class OverlapChecks
{
    private sealed record Use(PolicyBinding Binding, LedgerPattern Pattern);

    public static void Run(PolicyDocument policy, DiagnosticBag bag)
    {
        long pairs = 0;
        foreach (PolicyBinding binding in policy.Bindings)
        {
            pairs += (long)binding.Ledgers.Length * binding.Ledgers.Length;
            if (binding.Ledgers.Length <= PolicyLimits.PairwisePatterns && pairs <= PolicyLimits.CheckedPairs)
            {
                AddsNothing(binding, bag);
            }
        }

        Dictionary<string, List<Use>> uses = policy.Identities.ToDictionary(i => i.Name, _ => new List<Use>());
        foreach (PolicyBinding binding in policy.Bindings)
        {
            foreach (PolicyIdentity identity in binding.Identities)
            {
                uses[identity.Name].AddRange(binding.Ledgers.Select(p => new Use(binding, p)));
            }
        }

        // All identities of one binding have the same findings: each is said once.
        HashSet<(int, SourcePosition)> said = [];
        pairs = 0;
        foreach (PolicyIdentity identity in policy.Identities)
        {
            List<Use> own = uses[identity.Name];
            pairs += (long)own.Count * own.Count;
            if (own.Count > PolicyLimits.PairwisePatterns || pairs > PolicyLimits.CheckedPairs)
            {
                continue;
            }

            QuotaNeverApplies(identity, own, said, bag);
            WritesAndAdministers(identity, own, bag);
        }
    }

    private static void AddsNothing(PolicyBinding binding, DiagnosticBag bag)
    {
        foreach (LedgerPattern pattern in binding.Ledgers)
        {
            LedgerPattern? wider = binding.Ledgers.FirstOrDefault(p => !p.Equals(pattern) && p.Covers(pattern));
            if (wider is not null)
            {
                bag.Warning("unused", pattern.At,
                    $"{Quoted.Text(pattern.Text)} adds nothing to {Quoted.Text(wider.Text)} in the same binding", "");
            }
        }
    }

    // The first binding in the file that grants decides, and its quota applies.
    private static void QuotaNeverApplies(
        PolicyIdentity identity, List<Use> uses, HashSet<(int, SourcePosition)> said, DiagnosticBag bag)
    {
        for (int later = 1; later < uses.Count; later++)
        {
            Use use = uses[later];
            Use? easier = use.Binding.SignIn is null ? null : uses.Take(later).FirstOrDefault(earlier =>
                earlier.Binding.Number != use.Binding.Number
                && earlier.Binding.SignIn != use.Binding.SignIn
                && use.Binding.Role.Capabilities.Without(earlier.Binding.Role.Capabilities).IsEmpty
                && earlier.Pattern.Covers(use.Pattern));
            if (easier is not null && said.Add((easier.Binding.Number, use.Pattern.At)))
            {
                bag.Warning("shadowed", use.Pattern.At,
                    $"for {Quoted.Text(identity.Name)} binding {easier.Binding.Number} (line {easier.Binding.At.Line})"
                    + " grants this already, and demands "
                    + (easier.Binding.SignIn?.ToString() ?? "no sign-in of its own"),
                    "put the binding with the stronger sign_in first");
            }

            Use? first = uses.Take(later).FirstOrDefault(earlier =>
                earlier.Binding.Number != use.Binding.Number
                && earlier.Binding.Quota != use.Binding.Quota
                && use.Binding.Role.Capabilities.Without(earlier.Binding.Role.Capabilities).IsEmpty
                && earlier.Pattern.Covers(use.Pattern));
            if (first is not null && said.Add((first.Binding.Number, use.Pattern.At)))
            {
                bag.Warning("shadowed", use.Pattern.At,
                    $"for {Quoted.Text(identity.Name)} binding {first.Binding.Number} (line {first.Binding.At.Line})"
                    + $" grants this already, and its quota applies: {first.Binding.Quota}",
                    "put the narrower binding first");
            }
        }
    }

    private static void WritesAndAdministers(PolicyIdentity identity, List<Use> uses, DiagnosticBag bag)
    {
        foreach (Use writes in uses.Where(u => u.Binding.Role.Capabilities.Has(Capability.Append)))
        {
            // Within one role the role itself has been warned of.
            Use? administers = uses.FirstOrDefault(u =>
                u.Binding.Role != writes.Binding.Role
                && u.Binding.Role.Capabilities.Has(Capability.Administer)
                && (u.Pattern.Covers(writes.Pattern) || writes.Pattern.Covers(u.Pattern)));
            if (administers is not null)
            {
                bag.Warning("dangerous", identity.At,
                    $"{Quoted.Text(identity.Name)} may append to and administer the same ledgers: bindings"
                    + $" {writes.Binding.Number} and {administers.Binding.Number}",
                    "who writes records should not set their retention");
                return;
            }
        }
    }
}
