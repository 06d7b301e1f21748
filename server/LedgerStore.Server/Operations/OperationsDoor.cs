// Who may come to the operator's listener, and what of it needs a name. Made once; any thread.
using LedgerStore.Policy;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Tls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LedgerStore.Server.Operations;

/// <summary>The rule of metrics.access.</summary>
/// <param name="access">A word of MetricsDoor.</param>
/// <param name="tls">Takes certificates, and asks for none.</param>
internal sealed class OperationsDoor(
    string access, TlsListener tls, IdentityService identities, AccessRecorder recorder)
{
    /// <summary>Whether the address is served by TLS.</summary>
    public bool IsTls => access is MetricsDoor.MutualTls or MetricsDoor.TlsForEverybody;

    /// <summary>Prepares the listener.</summary>
    public void Configure(ListenOptions listen)
    {
        if (IsTls)
        {
            tls.Configure(listen);
        }

        listen.Protocols = HttpProtocols.Http1;
    }

    /// <summary>Whether the caller may read metrics; if not, it was recorded.</summary>
    /// <returns>200, or the status of the refusal.</returns>
    public async ValueTask<int> MayReadMetricsAsync(HttpContext context)
    {
        if (access != MetricsDoor.MutualTls)
        {
            return StatusCodes.Status200OK;
        }

        IdentityDecision identity = identities.Check(context);
        Decision? decision = identity.Caller is { } caller
            ? identities.Policy.DecideStoreWide(caller.Name, Capability.Verify)
            : null;
        if (decision?.Allowed == true)
        {
            return StatusCodes.Status200OK;
        }

        CallFacts facts = new(
            identity.Caller?.Name ?? string.Empty,
            "metrics",
            string.Empty,
            context.Features.Get<ConnectionCaller>()?.Peer ?? string.Empty,
            context.TraceIdentifier);
        await recorder.DeniedAsync(facts, decision?.Reason ?? identity.ToString()).ConfigureAwait(false);
        return decision is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
    }
}
