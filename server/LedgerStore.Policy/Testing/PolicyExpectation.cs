// One sentence of an expectations file: somebody may, or may not, do something. Immutable.
namespace LedgerStore.Policy;

/// <summary>What the policy is expected to say.</summary>
/// <param name="Identity">A name of the policy; null: everybody, without a certificate.</param>
/// <param name="Ledger">A ledger's name; null: calls about the whole store.</param>
public sealed record PolicyExpectation(
    string? Identity, Capability Capability, string? Ledger, bool IsAllowed, SourcePosition At)
{
    /// <summary>As it stands in the file.</summary>
    public override string ToString() =>
        $"{Identity ?? "everybody"} may {CapabilityNames.Of(Capability)} {Ledger ?? "*"}: {(IsAllowed ? "yes" : "no")}";
}

/// <summary>What the policy says to an expectation.</summary>
/// <param name="Holds">It is as expected.</param>
/// <param name="Reason">By which rule it is so, or why not.</param>
public sealed record PolicyTestResult(PolicyExpectation Expectation, bool Holds, string Reason);
