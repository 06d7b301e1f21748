// All meters of a policy, found by the slot in a decision. A reload takes over the meters of bindings that are still
// there, so that nobody gets a fresh bucket, and open streams stay counted, because the policy changed.
// Made for one CompiledPolicy and swapped with it; any thread.
namespace LedgerStore.Policy;

/// <summary>One meter for each identity of each binding.</summary>
public sealed class QuotaMeters
{
    private readonly QuotaMeter[] _meters;
    private readonly Dictionary<Key, QuotaMeter> _byKey = [];

    /// <param name="previous">The meters of the policy before, or null at start.</param>
    public QuotaMeters(CompiledPolicy policy, QuotaMeters? previous, long ticksPerSecond, long nowTicks)
    {
        _meters = new QuotaMeter[policy.QuotaSlots];
        string[] ledgers = [.. policy.Document.Bindings.Select(b => string.Join(' ', b.Ledgers))];
        int slot = 0;
        foreach (PolicyIdentity identity in policy.Document.Identities)
        {
            Dictionary<Key, int> repeats = [];
            foreach (PolicyBinding binding in policy.RulesOf(identity.Name)!.Bindings)
            {
                Key key = new(identity.Name, binding.Role.Name, ledgers[binding.Number - 1], 0);
                int repeat = repeats[key] = repeats.GetValueOrDefault(key) + 1;
                key = key with { Repeat = repeat };
                QuotaMeter meter = Continue(previous, key, binding.Quota, nowTicks)
                    ?? new QuotaMeter(binding.Quota, ticksPerSecond, nowTicks);
                _byKey.Add(key, meter);
                _meters[slot++] = meter;
            }
        }
    }

    /// <summary>The meter for an allowed decision of the same policy.</summary>
    public QuotaMeter this[Decision allowed] => _meters[allowed.QuotaSlot];

    private static QuotaMeter? Continue(QuotaMeters? previous, Key key, Quota quota, long nowTicks)
    {
        QuotaMeter? meter = previous?._byKey.GetValueOrDefault(key);
        if (meter is not null && meter.Quota != quota)
        {
            meter.Change(quota, nowTicks);
        }

        return meter;
    }

    private sealed record Key(string Identity, string Role, string Ledgers, int Repeat);
}
