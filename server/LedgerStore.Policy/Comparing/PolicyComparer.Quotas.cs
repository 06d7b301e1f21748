// Quotas, and demands of sign-ins, of what was allowed and still is. The first rule that matches decides, so a term
// changes exactly where some name is decided by an old rule and a new rule with different ones. One thread.
namespace LedgerStore.Policy;

internal sealed partial class PolicyComparer
{
    private static string SignInOf(Right right) => right.SignIn?.ToString() ?? "no sign-in of its own";

    private void CompareTerms<T>(
        PolicyChangeKind kind,
        string name,
        Capability capability,
        List<Right> old,
        List<Right> now,
        Func<Right, T> termOf)
        where T : notnull
    {
        if (old.Concat(now).Select(termOf).Distinct().Count() < 2)
        {
            return;
        }

        // Too many pairs to look at each: say that quotas may differ rather than nothing.
        if ((long)old.Count * now.Count > (long)PolicyLimits.PairwisePatterns * PolicyLimits.PairwisePatterns)
        {
            string terms = kind == PolicyChangeKind.Quota ? "quotas" : "sign-ins";
            Add(kind, '~', name, capability, null, [],
                $"{name} {CapabilityNames.Of(capability)}: {terms} may differ (too many rules to compare)");
            return;
        }

        foreach (Right right in now.DistinctBy(r => (r.Pattern, termOf(r))))
        {
            foreach (T from in ChangedFrom(right, old, now, termOf))
            {
                Add(kind, '~', name, capability, right.Pattern, [],
                    $"{name} {CapabilityNames.Of(capability)} on \"{right.Pattern.Text}\": {from} -> {termOf(right)}");
            }
        }
    }

    // The different terms that old rules had for names which this new rule now decides.
    private List<T> ChangedFrom<T>(Right right, List<Right> old, List<Right> now, Func<Right, T> termOf)
        where T : notnull
    {
        LedgerPattern[] newBefore = [.. now.TakeWhile(r => r != right).Select(r => r.Pattern)];
        List<T> changed = [];
        for (int i = 0; i < old.Count; i++)
        {
            T term = termOf(old[i]);
            if (term.Equals(termOf(right)) || changed.Contains(term))
            {
                continue;
            }

            LedgerPattern[] exclude = [.. newBefore, .. old.Take(i).Select(r => r.Pattern)];
            if (_search.Find([right.Pattern, old[i].Pattern], exclude).Answer != PatternSearch.Answer.None)
            {
                changed.Add(term);
            }
        }

        return changed;
    }
}
