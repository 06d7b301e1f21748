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
    private readonly ServerTrust _trust;
    private readonly TimeProvider _time;
    private readonly Lock _swapping = new();
    private PolicyGeneration _current;

    public PolicyInForce(ServerTrust trust, TimeProvider time)
    {
        _trust = trust;
        _time = time;
        _current = Generation(trust.Current.Policy, previous: null);
    }

    /// <summary>What decides at this moment.</summary>
    public PolicyGeneration Current
    {
        get
        {
            PolicyGeneration generation = Volatile.Read(ref _current);
            return ReferenceEquals(generation.Policy, _trust.Current.Policy) ? generation : SwapSlow();
        }
    }

    // Meters of bindings that stay go on counting: nobody gets a fresh bucket because the policy changed.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private PolicyGeneration SwapSlow()
    {
        lock (_swapping)
        {
            CompiledPolicy policy = _trust.Current.Policy;
            if (!ReferenceEquals(_current.Policy, policy))
            {
                Volatile.Write(ref _current, Generation(policy, _current.Meters));
            }

            return _current;
        }
    }

    private PolicyGeneration Generation(CompiledPolicy policy, QuotaMeters? previous) =>
        new(policy, new QuotaMeters(policy, previous, _time.TimestampFrequency, _time.GetTimestamp()));
}
