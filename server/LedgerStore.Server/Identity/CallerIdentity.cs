// Who calls. One object for each connection and policy; immutable, any thread.
using LedgerStore.Policy;

namespace LedgerStore.Server.Identity;

/// <param name="Policy">The identity in the policy: its name decides what the caller may do.</param>
/// <param name="Appender">What entries carry.</param>
/// <param name="Certificate">By what it was recognised.</param>
internal sealed record CallerIdentity(PolicyIdentity Policy, string Appender, ClientCertificate Certificate)
{
    /// <summary>The name in the policy.</summary>
    public string Name => Policy.Name;

    public override string ToString() => Name;
}
