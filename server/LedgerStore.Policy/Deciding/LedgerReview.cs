// The access review by ledger: who may do what on the ledgers that exist, by which rule, and when they last did.
// Pure: when a right was last used comes from the caller, who reads it out of the access record.
using System.Collections.Immutable;
using System.Globalization;

namespace LedgerStore.Policy;

/// <summary>When an identity last used a capability on a ledger.</summary>
/// <param name="identityName">Null for everybody without a certificate.</param>
/// <returns>Null if the records that are still there show no use.</returns>
public delegate DateTimeOffset? LastUsedLookup(string? identityName, Capability capability, string ledgerName);

/// <summary>One capability of one identity on one ledger.</summary>
/// <param name="Identity">Null for everybody without a certificate (anonymous tiles).</param>
/// <param name="Reason">The rule that gives it, as Decide names it.</param>
/// <param name="LastUsed">Null if no use is on record.</param>
public sealed record LedgerRight(
    string Ledger, string? Identity, Capability Capability, string Reason, DateTimeOffset? LastUsed)
{
    public override string ToString()
    {
        string what = Identity is null
            ? "everybody may fetch hash tiles and checkpoints"
            : $"{Identity} may {CapabilityNames.Of(Capability)}";
        string used = LastUsed is { } time
            ? $"last used {time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}"
            : "no use on record";
        return $"{Ledger}: {what}; {Reason}; {used}";
    }
}

/// <summary>Lists rights by ledger.</summary>
public static class LedgerReview
{
    /// <summary>Who may do what on each of these ledgers, and when they last did.</summary>
    /// <remarks>By ledger, identity and capability; what is open to everybody comes last on its ledger. One row for
    /// each right that Decide would grant, so the rows are as many as ledgers x identities x 4 at most: they are made
    /// while the caller reads them.</remarks>
    public static IEnumerable<LedgerRight> ReviewLedgers(
        this CompiledPolicy policy, IEnumerable<string> ledgerNames, LastUsedLookup lastUsed)
    {
        ImmutableArray<string> identities =
            [.. policy.Document.Identities.Select(i => i.Name).Order(StringComparer.Ordinal)];
        foreach (string ledger in ledgerNames.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            foreach (string identity in identities)
            {
                foreach (LedgerRight right in RightsOf(policy, identity, ledger, lastUsed))
                {
                    yield return right;
                }
            }

            if (policy.AllowsAnonymousTiles(ledger))
            {
                DateTimeOffset? used = lastUsed(null, Capability.Verify, ledger);
                yield return new LedgerRight(ledger, null, Capability.Verify, "anonymous_tiles", used);
            }
        }
    }

    // Not through Decide: a review of all ledgers must not push out of the cache what is in use.
    private static IEnumerable<LedgerRight> RightsOf(
        CompiledPolicy policy, string identity, string ledger, LastUsedLookup lastUsed)
    {
        LedgerDecisions? decisions = Names.IsLedger(ledger) ? policy.RulesOf(identity)!.Evaluate(ledger) : null;
        foreach (Capability capability in CapabilityNames.InOrder)
        {
            if (decisions?.Of(capability) is { Allowed: true } decision)
            {
                DateTimeOffset? used = lastUsed(identity, capability, ledger);
                yield return new LedgerRight(ledger, identity, capability, decision.Reason, used);
            }
        }
    }
}
