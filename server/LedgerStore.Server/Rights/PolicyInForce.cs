// The policy that decides now, together with its meters: one reference that a reload swaps, so that a call never sees
// the policy of one file and the meters of another. Readers: any thread. Writer: whoever loads policies, one at a time.
using LedgerStore.Policy;

namespace LedgerStore.Server.Rights;

/// <summary>One accepted policy and what counts against it. Immutable, but for what the meters count.</summary>
internal sealed record PolicyGeneration(CompiledPolicy Policy, QuotaMeters Meters);

/// <summary>Holds the generation in force.</summary>
internal sealed class PolicyInForce
{
    private readonly TimeProvider time;
    private volatile PolicyGeneration current;

    public PolicyInForce(CompiledPolicy policy, TimeProvider time)
    {
        this.time = time;
        current = new PolicyGeneration(
            policy, new QuotaMeters(policy, previous: null, time.TimestampFrequency, time.GetTimestamp()));
    }

    /// <summary>Told after a swap, on the thread that swaps: open streams are asked again.</summary>
    public Action Swapped { get; set; } = static () => { };

    public PolicyGeneration Current => current;

    /// <summary>From here on the new policy decides; meters of bindings that stay go on counting.</summary>
    public void Swap(CompiledPolicy policy)
    {
        current = new PolicyGeneration(
            policy, new QuotaMeters(policy, current.Meters, time.TimestampFrequency, time.GetTimestamp()));
        Swapped();
    }
}
