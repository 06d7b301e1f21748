// The policy that decides now, together with its meters: one reference, so that a call never sees the policy of one
// file and the meters of another. It follows the server's trust by itself. Any thread; the lock is taken only when a
// new policy is seen for the first time.
using System.Runtime.CompilerServices;
using LedgerStore.Policy;
using LedgerStore.Server.Trust;

namespace LedgerStore.Server.Rights;

/// <summary>One accepted policy and what counts against it. Immutable, but for what the meters count.</summary>
internal sealed record PolicyGeneration(CompiledPolicy Policy, QuotaMeters Meters);

/// <summary>Gives the generation in force.</summary>
internal sealed class PolicyInForce
{
    private readonly ServerTrust trust;
    private readonly TimeProvider time;
    private readonly Lock swapping = new();
    private PolicyGeneration current;

    public PolicyInForce(ServerTrust trust, TimeProvider time)
    {
        this.trust = trust;
        this.time = time;
        current = Generation(trust.Current.Policy, previous: null);
    }

    /// <summary>What decides at this moment.</summary>
    public PolicyGeneration Current
    {
        get
        {
            PolicyGeneration generation = Volatile.Read(ref current);
            return ReferenceEquals(generation.Policy, trust.Current.Policy) ? generation : SwapSlow();
        }
    }

    // Meters of bindings that stay go on counting: nobody gets a fresh bucket because the policy changed.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private PolicyGeneration SwapSlow()
    {
        lock (swapping)
        {
            CompiledPolicy policy = trust.Current.Policy;
            if (!ReferenceEquals(current.Policy, policy))
            {
                Volatile.Write(ref current, Generation(policy, current.Meters));
            }

            return current;
        }
    }

    private PolicyGeneration Generation(CompiledPolicy policy, QuotaMeters? previous) =>
        new(policy, new QuotaMeters(policy, previous, time.TimestampFrequency, time.GetTimestamp()));
}
