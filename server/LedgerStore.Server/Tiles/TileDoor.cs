// The door of tile requests: who, may they, and the record of it, before anything is looked up. The same policy and the
// same records as for gRPC; only the answers are HTTP's. Any thread.
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Rights;
using Microsoft.AspNetCore.Http;
using StatusCodes = Microsoft.AspNetCore.Http.StatusCodes;

namespace LedgerStore.Server.Tiles;

/// <summary>Lets tile requests in.</summary>
internal sealed class TileDoor(CallServices services, IdentityService identities)
{
    public async Task ServeAsync(HttpContext context, TileRequest request, string target)
    {
        try
        {
            CallRule rule = context.GetEndpoint()!.Metadata.GetMetadata<CallRule>()!;
            if (await MayAsync(context, rule, request, target).ConfigureAwait(false))
            {
                await TileAnswers.WriteAsync(context, services.Store, request).ConfigureAwait(false);
            }
        }
        catch (StoreException refused)
        {
            Fail(context, StatusOf(refused.Reason));
        }
        catch (RpcException unrecorded) when (unrecorded.StatusCode == StatusCode.Unavailable)
        {
            Fail(context, StatusCodes.Status503ServiceUnavailable);
        }
    }

    private async ValueTask<bool> MayAsync(HttpContext context, CallRule rule, TileRequest request, string target)
    {
        CompiledPolicy policy = services.Policy.Current.Policy;
        IdentityDecision identity = identities.Check(context);
        CallFacts facts = new(
            identity.Caller?.Name ?? string.Empty,
            target,
            request.Ledger,
            context.Features.Get<ConnectionCaller>()?.Peer ?? string.Empty,
            context.TraceIdentifier);

        // What the policy opened to everybody is open to those with a certificate too.
        bool isPublic = rule == CallRule.TileHashes && policy.AllowsAnonymousTiles(request.Ledger);
        if (isPublic && (identity.IsAnonymous || identity.Caller is not null))
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            string name = identity.Caller?.Name ?? SumKey.Anonymous;
            await services.Recorder.SummedAsync(facts with { Identity = name, Call = rule.TileCall })
                .ConfigureAwait(false);
            return true;
        }

        if (identity.Caller is not { } caller)
        {
            await services.Recorder.DeniedAsync(facts, identity.ToString()).ConfigureAwait(false);
            Fail(context, StatusCodes.Status401Unauthorized);
            return false;
        }

        Decision decision = policy.Decide(caller.Name, rule.Capability, request.Ledger);
        if (!decision.Allowed)
        {
            await services.Recorder.DeniedAsync(facts, decision.Reason).ConfigureAwait(false);
            Fail(context, StatusCodes.Status403Forbidden);
            return false;
        }

        await RecordAsync(rule, facts, request).ConfigureAwait(false);
        return true;
    }

    private ValueTask RecordAsync(CallRule rule, CallFacts facts, TileRequest request)
    {
        if (rule.Record == CallRecord.Summed)
        {
            return services.Recorder.SummedAsync(facts with { Call = rule.TileCall });
        }

        // A bundle is one answer: what it delivers is known before it is sent.
        long first = (long)request.Tile!.Value.Index * StoreLimits.EntriesPerBundle;
        return services.Recorder.DeliveredAsync(
            facts, services.Time.GetUtcNow(), first, request.Tile.Value.Width, string.Empty);
    }

    private static int StatusOf(StoreReason reason) => reason switch
    {
        StoreReason.Expired => StatusCodes.Status410Gone,
        StoreReason.TierAway or StoreReason.Busy or StoreReason.Closed => StatusCodes.Status503ServiceUnavailable,
        StoreReason.InvalidArgument or StoreReason.LedgerNotFound => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static void Fail(HttpContext context, int status)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = status;
    }
}
