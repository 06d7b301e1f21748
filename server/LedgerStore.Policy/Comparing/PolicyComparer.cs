// Compares two policies by what they allow, not by how they are written. Where patterns overlap it asks PatternSearch
// whether any ledger name changes sides; if its budget ends, the change is reported, never left out.
// One use per object, one thread.
using System.Collections.Immutable;

namespace LedgerStore.Policy;

internal sealed partial class PolicyComparer(CompiledPolicy? before, CompiledPolicy after)
{
    private const int ShownPatterns = 16;

    private readonly List<PolicyDifferenceEntry> _entries = [];
    private readonly PatternSearch _search = new(PolicyLimits.SearchSteps);

    /// <summary>One right of an identity, in the order in which rules apply.</summary>
    private sealed record Right(LedgerPattern Pattern, Quota Quota, SignInDemand? SignIn);

    public PolicyDifference Compare()
    {
        PolicyDocument? old = before?.Document;
        PolicyDocument now = after.Document;
        if (old?.TrustDomain != now.TrustDomain)
        {
            AddPlain(PolicyChangeKind.Document, old is null ? '+' : '~', null,
                $"trust_domain {(old is null ? "" : $"{old.TrustDomain} -> ")}{now.TrustDomain}");
        }

        Dictionary<string, PolicyIdentity> oldOnes = old?.Identities.ToDictionary(i => i.Name) ?? [];
        Dictionary<string, PolicyIdentity> newOnes = now.Identities.ToDictionary(i => i.Name);
        string[] names = [.. oldOnes.Keys.Union(newOnes.Keys).Order(StringComparer.Ordinal)];
        foreach (string name in names)
        {
            CompareIdentity(name, oldOnes.GetValueOrDefault(name), newOnes.GetValueOrDefault(name));
        }

        foreach (string name in names)
        {
            CompareRights(name);
        }

        CompareDeny(old?.Deny ?? [], now.Deny);
        ImmutableArray<LedgerPattern> oldTiles = old?.AnonymousTiles ?? [];
        Gains(PolicyChangeKind.AnonymousTiles, '+', null, null, now.AnonymousTiles, oldTiles);
        Gains(PolicyChangeKind.AnonymousTiles, '-', null, null, oldTiles, now.AnonymousTiles);
        return new PolicyDifference([.. _entries]);
    }

    private void CompareIdentity(string name, PolicyIdentity? old, PolicyIdentity? now)
    {
        string detail = (old, now) switch
        {
            (null, { } added) => $"identity {name}: {added.Recognised}",
            ({ } removed, null) => $"identity {name}: {removed.Recognised}",
            _ => $"identity {name}: {old!.Recognised} -> {now!.Recognised}",
        };
        if (old?.Recognised != now?.Recognised)
        {
            AddPlain(PolicyChangeKind.Identity, old is null ? '+' : now is null ? '-' : '~', name, detail);
        }
    }

    private void CompareRights(string name)
    {
        foreach (Capability capability in CapabilityNames.InOrder)
        {
            List<Right> old = RightsOf(before, name, capability);
            List<Right> now = RightsOf(after, name, capability);
            if (old.SequenceEqual(now))
            {
                continue;
            }

            Gains(PolicyChangeKind.Capability, '+', name, capability, Patterns(now), Patterns(old));
            Gains(PolicyChangeKind.Capability, '-', name, capability, Patterns(old), Patterns(now));
            CompareStoreWide(name, capability, old, now);
            CompareTerms(PolicyChangeKind.Quota, name, capability, old, now, right => right.Quota);
            CompareTerms(PolicyChangeKind.SignIn, name, capability, old, now, SignInOf);
        }
    }

    private void CompareStoreWide(string name, Capability capability, List<Right> old, List<Right> now)
    {
        bool had = old.Exists(r => r.Pattern.IsEverything);
        bool has = now.Exists(r => r.Pattern.IsEverything);
        if (had != has)
        {
            Add(PolicyChangeKind.StoreWide, has ? '+' : '-', name, capability, null, [],
                $"{name} {CapabilityNames.Of(capability)} store-wide");
        }
    }

    // What the left side has and the right side has not: for each pattern of the left, unless another covers it.
    private void Gains(
        PolicyChangeKind kind,
        char sign,
        string? identity,
        Capability? capability,
        ImmutableArray<LedgerPattern> left,
        ImmutableArray<LedgerPattern> right)
    {
        HashSet<LedgerPattern> same = [.. right];
        LedgerPattern[] exclude = [.. same.OrderBy(p => p.Text, StringComparer.Ordinal)];
        List<LedgerPattern> gained = [];
        foreach (LedgerPattern pattern in left.Distinct().OrderBy(p => p.Text, StringComparer.Ordinal))
        {
            if (!same.Contains(pattern) && _search.Find([pattern], exclude).Answer != PatternSearch.Answer.None)
            {
                gained.Add(pattern);
            }
        }

        // With very many patterns all of the other side are excepted: it says the same, only longer.
        ImmutableArray<LedgerPattern> kept = [.. WidestOf([.. exclude])];
        bool isSmall = (long)gained.Count * kept.Length <= PolicyLimits.CheckedPairs;
        foreach (LedgerPattern pattern in WidestOf(gained))
        {
            ImmutableArray<LedgerPattern> except = isSmall ? kept.RemoveAll(p => !MayOverlap(pattern, p)) : kept;
            string detail = Sentence(sign, identity, capability, pattern, except);
            Add(kind, sign, identity, capability, pattern, except, detail);
        }
    }

    private bool MayOverlap(LedgerPattern left, LedgerPattern right) =>
        _search.Find([left, right], []).Answer != PatternSearch.Answer.None;

    private static string Sentence(
        char sign,
        string? identity,
        Capability? capability,
        LedgerPattern pattern,
        ImmutableArray<LedgerPattern> except)
    {
        string what = identity is null ? "anonymous_tiles" : $"{identity} {CapabilityNames.Of(capability!.Value)}";
        string kept = sign == '+' ? "as before on" : "kept on";
        string more = except.Length > ShownPatterns ? $" and {except.Length - ShownPatterns} more" : "";
        string shown = string.Join(", ", except.Take(ShownPatterns).Select(p => $"\"{p.Text}\""));
        string but = except.IsEmpty ? "" : $" ({kept} {shown}{more})";
        return $"{what} on \"{pattern.Text}\"{but}";
    }

    // Patterns that none of the others covers; pairwise only where that is cheap.
    private static List<LedgerPattern> WidestOf(List<LedgerPattern> patterns) =>
        patterns.Count > PolicyLimits.PairwisePatterns
            ? patterns
            : [.. patterns.Where(p => !patterns.Exists(wider => wider.Covers(p) && !p.Covers(wider)))];

    private void CompareDeny(ImmutableArray<DenyRule> old, ImmutableArray<DenyRule> now)
    {
        HashSet<string> oldKeys = [.. old.Select(d => d.Key)];
        HashSet<string> newKeys = [.. now.Select(d => d.Key)];
        IEnumerable<(char Sign, DenyRule Rule)> changes =
        [
            .. now.Where(d => !oldKeys.Contains(d.Key)).DistinctBy(d => d.Key).Select(d => ('+', d)),
            .. old.Where(d => !newKeys.Contains(d.Key)).DistinctBy(d => d.Key).Select(d => ('-', d)),
        ];
        foreach ((char sign, DenyRule rule) in changes.OrderBy(c => c.Rule.Key, StringComparer.Ordinal))
        {
            AddPlain(PolicyChangeKind.Deny, sign, null, $"deny {rule}");
        }
    }

    private static List<Right> RightsOf(CompiledPolicy? policy, string name, Capability capability)
    {
        List<Right> rights = [];
        IdentityRules? rules = policy?.RulesOf(name);
        foreach (PolicyBinding binding in rules is null ? [] : rules.Bindings)
        {
            if (binding.Role.Capabilities.Has(capability))
            {
                rights.AddRange(binding.Ledgers.Select(p => new Right(p, binding.Quota, binding.SignIn)));
            }
        }

        return rights;
    }

    private static ImmutableArray<LedgerPattern> Patterns(List<Right> rights) => [.. rights.Select(r => r.Pattern)];

    private void AddPlain(PolicyChangeKind kind, char sign, string? identity, string detail) =>
        Add(kind, sign, identity, null, null, [], detail);

    private void Add(
        PolicyChangeKind kind,
        char sign,
        string? identity,
        Capability? capability,
        LedgerPattern? pattern,
        ImmutableArray<LedgerPattern> except,
        string detail) =>
        _entries.Add(new PolicyDifferenceEntry(kind, sign, identity, capability, pattern, except, detail));
}
