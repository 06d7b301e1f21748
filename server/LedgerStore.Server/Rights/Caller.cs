// Who makes a call: a name of the policy, the text that entries carry, and where the call comes from.
// Made once for each connection and policy; immutable; any thread.
using System.Text;
using LedgerStore.Policy;

namespace LedgerStore.Server.Rights;

/// <summary>An identity that the policy knows.</summary>
internal sealed class Caller(PolicyIdentity identity)
{
    public string Name { get; } = identity.Name;

    /// <summary>What entries carry as appender, UTF-8.</summary>
    public byte[] Appender { get; } = Encoding.UTF8.GetBytes(identity.Appender);
}

/// <summary>Who is at the other end, or why it is nobody. Exactly one of the two is set.</summary>
internal readonly record struct CallerAnswer(Caller? Caller, string Denial);
