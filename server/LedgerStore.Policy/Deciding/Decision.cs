// The answer to "may they": yes by which rule and with which quota, or no and why. Immutable, shared, compared by
// reference in caches.
namespace LedgerStore.Policy;

/// <summary>What the policy says to one identity, capability and ledger.</summary>
public sealed class Decision
{
    internal Decision(string denial)
    {
        Reason = denial;
        Quota = Quota.Unlimited;
        QuotaSlot = -1;
    }

    internal Decision(PolicyBinding binding, LedgerPattern pattern, int quotaSlot)
    {
        Allowed = true;
        Reason = $"binding {binding.Number} (line {binding.At.Line}): {binding.Role.Name} on {pattern.Text}";
        Quota = binding.Quota;
        SignIn = binding.SignIn;
        BindingNumber = binding.Number;
        QuotaSlot = quotaSlot;
    }

    public bool Allowed { get; }

    /// <summary>Which rule allows it, or why none does. For the access record, not for the caller.</summary>
    public string Reason { get; }

    /// <summary>The quota of the rule that allows it.</summary>
    public Quota Quota { get; }

    /// <summary>How a person must have signed in for the rule to count; null: as the server asks of all.</summary>
    public SignInDemand? SignIn { get; }

    /// <summary>Counted from 1; 0 in a denial.</summary>
    public int BindingNumber { get; }

    /// <summary>Where QuotaMeters keeps the meter of this identity under this binding; -1 in a denial.</summary>
    public int QuotaSlot { get; }

    public override string ToString() => $"{(Allowed ? "allowed" : "denied")}: {Reason}";
}

/// <summary>Who a certificate or a person is, or why it is nobody.</summary>
public readonly record struct Identification(PolicyIdentity? Identity, string Reason)
{
    public bool IsKnown => Identity is not null;

    public string? Name => Identity?.Name;
}
