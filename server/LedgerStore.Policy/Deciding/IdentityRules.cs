// What one identity may do, in the order of the file, and the answers that do not depend on the ledger.
// Made once when a policy is compiled; immutable; any thread.
using System.Runtime.CompilerServices;

namespace LedgerStore.Policy;

internal sealed class IdentityRules
{
    private readonly Decision[] _denied;
    private readonly Decision[] _storeWide;
    private readonly PolicyBinding[] _bindings;
    private readonly int _firstQuotaSlot;

    public IdentityRules(PolicyIdentity identity, PolicyBinding[] bindings, int firstQuotaSlot, int salt)
    {
        Identity = identity;
        _bindings = bindings;
        _firstQuotaSlot = firstQuotaSlot;
        Salt = salt;
        _denied = [.. CapabilityNames.InOrder.Select(c =>
            new Decision($"no binding gives {identity.Name} {CapabilityNames.Of(c)} on this ledger"))];
        _storeWide = [.. CapabilityNames.InOrder.Select(StoreWideDecision)];
    }

    public PolicyIdentity Identity { get; }

    /// <summary>Keeps the cache entries of identities apart.</summary>
    public int Salt { get; }

    public ReadOnlySpan<PolicyBinding> Bindings => _bindings;

    public Decision Denied(Capability capability) => _denied[(int)capability];

    public Decision StoreWide(Capability capability) => _storeWide[(int)capability];

    /// <summary>Evaluates all rules for a ledger; null if none of them matches its name.</summary>
    /// <remarks>The first binding that grants a capability decides, and within it the first pattern.</remarks>
    public LedgerDecisions? Evaluate(string ledger)
    {
        LedgerDecisions? found = null;
        CapabilitySet missing = ledger[0] == '_' ? Names.OnStoreLedger(ledger) : CapabilitySet.All;
        for (int i = 0; i < _bindings.Length && !missing.IsEmpty; i++)
        {
            CapabilitySet gives = new((byte)(_bindings[i].Role.Capabilities.Bits & missing.Bits));
            if (!gives.IsEmpty && FirstMatch(_bindings[i], ledger) is { } pattern)
            {
                found ??= new LedgerDecisions(this, ledger);
                found.Grant(gives, new Decision(_bindings[i], pattern, _firstQuotaSlot + i));
                missing = missing.Without(gives);
            }
        }

        return found;
    }

    private static LedgerPattern? FirstMatch(PolicyBinding binding, string ledger)
    {
        foreach (LedgerPattern pattern in binding.Ledgers)
        {
            if (pattern.MatchesName(ledger))
            {
                return pattern;
            }
        }

        return null;
    }

    private Decision StoreWideDecision(Capability capability)
    {
        for (int i = 0; i < _bindings.Length; i++)
        {
            LedgerPattern? everything = _bindings[i].Role.Capabilities.Has(capability)
                ? _bindings[i].Ledgers.FirstOrDefault(p => p.IsEverything)
                : null;
            if (everything is not null)
            {
                return new Decision(_bindings[i], everything, _firstQuotaSlot + i);
            }
        }

        return new Decision(
            $"no binding gives {Identity.Name} {CapabilityNames.Of(capability)} on \"*\", which store-wide calls need");
    }
}

/// <summary>The four answers for one identity on one ledger: one entry of the cache.</summary>
/// <remarks>Filled by one thread before it is published; immutable afterwards.</remarks>
internal sealed class LedgerDecisions
{
    private Four _decisions;

    public LedgerDecisions(IdentityRules rules, string ledger)
    {
        Rules = rules;
        Ledger = ledger;
        foreach (Capability capability in CapabilityNames.InOrder)
        {
            _decisions[(int)capability] = rules.Denied(capability);
        }
    }

    public IdentityRules Rules { get; }

    public string Ledger { get; }

    public CapabilitySet Granted { get; private set; }

    public Decision Of(Capability capability) => _decisions[(int)capability];

    public void Grant(CapabilitySet capabilities, Decision decision)
    {
        foreach (Capability capability in CapabilityNames.InOrder)
        {
            if (capabilities.Has(capability))
            {
                _decisions[(int)capability] = decision;
            }
        }

        Granted = Granted.With(capabilities);
    }

    [InlineArray(CapabilitySet.Kinds)]
    private struct Four
    {
        private Decision _first;
    }
}
