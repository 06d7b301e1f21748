// What is well-formed and still wrong or dangerous. Runs only on a policy without errors.
// Pure functions over the document; each check is one method.
namespace LedgerStore.Policy;

internal static class PolicyChecks
{
    public static void Run(PolicyDocument policy, DiagnosticBag bag)
    {
        Unsafe(policy, bag);
        Unused(policy, bag);
        foreach (PolicyRole role in policy.Roles)
        {
            Role(role, bag);
        }

        foreach (PolicyBinding binding in policy.Bindings)
        {
            Binding(binding, bag);
        }

        Anonymous(policy, bag);
        Deny(policy, bag);
        OverlapChecks.Run(policy, bag);
        if (policy.Bindings.Length > 0 && !policy.Bindings.Any(b => b.Ledgers.Any(p => p.IsStoreLedger)))
        {
            bag.Warning("audit", policy.Bindings[0].At, "nobody may read or verify _audit, the record of every access",
                "bind a role with read and verify on \"_audit\"");
        }
    }

    // No superuser: whoever may do everything can also hide everything.
    private static void Unsafe(PolicyDocument policy, DiagnosticBag bag)
    {
        Dictionary<string, CapabilitySet> everywhere = [];
        foreach (PolicyBinding binding in policy.Bindings.Where(b => b.Ledgers.Any(p => p.IsEverything)))
        {
            foreach (PolicyIdentity identity in binding.Identities)
            {
                everywhere[identity.Name] =
                    everywhere.GetValueOrDefault(identity.Name).With(binding.Role.Capabilities);
            }
        }

        List<PolicyIdentity> almighty =
            [.. policy.Identities.Where(i => everywhere.GetValueOrDefault(i.Name) == CapabilitySet.All)];
        if (almighty.Count > 0 && almighty.Count == policy.Identities.Length)
        {
            bag.Error("unsafe", almighty[0].At, "unsafe: this policy gives everything to everybody",
                "give each identity only what it needs;"
                + " nobody needs all of append, read, verify and administer on \"*\"");
            return;
        }

        foreach (PolicyIdentity identity in almighty)
        {
            bag.Warning("dangerous", identity.At, $"{Quoted.Text(identity.Name)} may do everything on every ledger",
                "split it into several identities");
        }
    }

    private static void Unused(PolicyDocument policy, DiagnosticBag bag)
    {
        HashSet<string> identities = [.. policy.Bindings.SelectMany(b => b.Identities).Select(i => i.Name)];
        HashSet<string> roles = [.. policy.Bindings.Select(b => b.Role.Name)];
        foreach (PolicyIdentity identity in policy.Identities.Where(i => !identities.Contains(i.Name)))
        {
            bag.Warning("unused", identity.At, $"no binding names the identity {Quoted.Text(identity.Name)}",
                "it may do nothing");
        }

        foreach (PolicyRole role in policy.Roles.Where(r => !roles.Contains(r.Name)))
        {
            bag.Warning("unused", role.At, $"no binding uses the role {Quoted.Text(role.Name)}", "");
        }
    }

    private static void Role(PolicyRole role, DiagnosticBag bag)
    {
        if (role.Capabilities.Has(Capability.Append) && role.Capabilities.Has(Capability.Administer))
        {
            bag.Warning("dangerous", role.At, $"the role {Quoted.Text(role.Name)} may both append and administer",
                "who writes records should not set their retention");
        }
    }

    private static void Binding(PolicyBinding binding, DiagnosticBag bag)
    {
        foreach (LedgerPattern pattern in binding.Ledgers)
        {
            if (pattern.IsEverything && binding.Role.Capabilities.Has(Capability.Read))
            {
                bag.Warning("dangerous", pattern.At, "this gives read on every ledger, also on those created later",
                    "name the ledgers, or use a role with verify only");
            }

            string text = pattern.Text;
            if (text.Length > 1 && text[^1] == '*' && char.IsAsciiLetterOrDigit(text[^2]))
            {
                string example = text[..^1].Replace("*", "", StringComparison.Ordinal) + "x";
                bag.Warning("look-alike", pattern.At, $"{Quoted.Text(text)} also matches {Quoted.Text(example)}",
                    $"write {Quoted.Text(text[..^1] + ".*")} to stop at the dot");
            }
        }
    }

    private static void Anonymous(PolicyDocument policy, DiagnosticBag bag)
    {
        foreach (LedgerPattern pattern in policy.AnonymousTiles.Where(p => p.IsEverything))
        {
            bag.Warning("dangerous", pattern.At, "the hash tiles and checkpoints of every ledger are open to everybody",
                "name the ledgers");
        }
    }

    private static void Deny(PolicyDocument policy, DiagnosticBag bag)
    {
        Dictionary<string, DenyRule> seen = [];
        foreach (DenyRule rule in policy.Deny)
        {
            if (!seen.TryAdd(rule.Key, rule))
            {
                int line = seen[rule.Key].At.Line;
                bag.Warning("duplicate", rule.At, $"this certificate is denied in line {line} already", "");
            }

            if (rule.Issuer is { } issuer && issuer.Any(letter => !char.IsAscii(letter)))
            {
                bag.Warning("dangerous", rule.At,
                    "an issuer with letters beyond ASCII can be spelled in several ways, and only one is compared",
                    "deny the certificate by its spki as well");
            }
        }
    }
}
