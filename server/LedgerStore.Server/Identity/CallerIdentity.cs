// Who calls: a program with a certificate, or a person who signed in. One object for each connection and policy;
// immutable, any thread.
using LedgerStore.Policy;

namespace LedgerStore.Server.Identity;

/// <param name="Policy">The identity in the policy: its name decides what the caller may do.</param>
/// <param name="Appender">What entries carry.</param>
/// <param name="Certificate">By what it was recognised; null for a person.</param>
internal sealed record CallerIdentity(PolicyIdentity Policy, string Appender, ClientCertificate? Certificate)
{
    /// <summary>How the person came in; null for a certificate.</summary>
    public SignIn? SignIn { get; init; }

    /// <summary>When that by which it was recognised ends.</summary>
    public DateTimeOffset ValidUntil => SignIn?.ValidUntil ?? Certificate?.ValidUntil ?? DateTimeOffset.MinValue;

    /// <summary>Who it is among those whom the identity stands for; empty for a certificate.</summary>
    public string Person => SignIn?.Person ?? string.Empty;

    /// <summary>The name in the policy.</summary>
    public string Name => Policy.Name;

    public override string ToString() => Name;
}
