// Quotas of what was allowed and still is. The first rule that matches decides, so a quota changes exactly where some
// name is decided by an old rule and a new rule with different quotas. One thread.
namespace LedgerStore.Policy;

internal sealed partial class PolicyComparer
{
    private void CompareQuotas(string name, Capability capability, List<Right> old, List<Right> now)
    {
        if (old.Concat(now).All(r => r.Quota == Quota.Unlimited))
        {
            return;
        }

        // Too many pairs to look at each: say that quotas may differ rather than nothing.
        if ((long)old.Count * now.Count > (long)PolicyLimits.PairwisePatterns * PolicyLimits.PairwisePatterns)
        {
            Add(PolicyChangeKind.Quota, '~', name, capability, null, [],
                $"{name} {CapabilityNames.Of(capability)}: quotas may differ (too many rules to compare)");
            return;
        }

        foreach (Right right in now.DistinctBy(r => (r.Pattern, r.Quota)))
        {
            foreach (Quota from in ChangedFrom(right, old, now))
            {
                Add(PolicyChangeKind.Quota, '~', name, capability, right.Pattern, [],
                    $"{name} {CapabilityNames.Of(capability)} on \"{right.Pattern.Text}\": {from} -> {right.Quota}");
            }
        }
    }

    // The different quotas that old rules had for names which this new rule now decides.
    private List<Quota> ChangedFrom(Right right, List<Right> old, List<Right> now)
    {
        LedgerPattern[] newBefore = [.. now.TakeWhile(r => r != right).Select(r => r.Pattern)];
        List<Quota> changed = [];
        for (int i = 0; i < old.Count; i++)
        {
            if (old[i].Quota == right.Quota || changed.Contains(old[i].Quota))
            {
                continue;
            }

            LedgerPattern[] exclude = [.. newBefore, .. old.Take(i).Select(r => r.Pattern)];
            if (_search.Find([right.Pattern, old[i].Pattern], exclude).Answer != PatternSearch.Answer.None)
            {
                changed.Add(old[i].Quota);
            }
        }

        return changed;
    }
}
