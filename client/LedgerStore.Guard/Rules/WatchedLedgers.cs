// Ledgers that have the same fields, under the name that rules call them by. Immutable; any thread.

using LedgerStore.Fields;
using LedgerStore.Policy;

namespace LedgerStore.Guard;

/// <summary>Some ledgers, and what their records say.</summary>
/// <param name="Name">What rules say for them.</param>
internal sealed record WatchedLedgers(string Name, IReadOnlyList<LedgerPattern> Patterns, IndexSpec Spec)
{
    /// <summary>What the store itself says of its ledger <c>_audit</c>: the names that <see cref="StoreEventJson"/>
    /// gives its events' fields.</summary>
    public static readonly WatchedLedgers Audit = new(
        "_audit",
        [LedgerPattern.Parse("_audit", default, out _, out _)!],
        IndexSpec.Parse(IndexSpec.Header + """

            field event text
            path event
            field who text
            path identity
            field known text
            path known
            field call text prefix=./
            path call
            field ledger text
            path ledger
            field address text
            path address
            field reason text prefix=:
            path reason
            field status text
            path status
            field change text
            path change
            field detail text prefix=:
            path detail
            field accepted text
            path accepted
            field released text
            path released
            field shorter text
            path shorter
            field count number
            path count
            field id text
            path id

            """));

    public bool Has(string ledger) => Patterns.Any(pattern => pattern.Matches(ledger));
}
