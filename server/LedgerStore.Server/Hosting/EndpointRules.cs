// The last look before the doors open: every endpoint says what it asks of its caller. One that does not is our bug,
// and a server with such a bug must not start. Runs once, at start.
using LedgerStore.Server.Rights;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Server.Hosting;

/// <summary>Checks that nothing is served without a rule.</summary>
internal static class EndpointRules
{
    /// <exception cref="InvalidOperationException">An endpoint has no rule, or more than one.</exception>
    public static void Check(IEnumerable<Endpoint> endpoints)
    {
        foreach (Endpoint endpoint in endpoints)
        {
            int rules = endpoint.Metadata.GetOrderedMetadata<CallRule>().Count;
            if (rules != 1)
            {
                throw new InvalidOperationException(
                    $"the endpoint {endpoint.DisplayName} has {rules} rules about who may call it, and must have one; "
                    + "the server does not start");
            }
        }
    }
}
