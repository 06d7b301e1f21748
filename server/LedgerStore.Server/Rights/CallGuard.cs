// The door through which every gRPC call passes: who calls, what the endpoint asks for, and how the call ended.
// Stateless but for the streams it has let in; any thread.
using System.Diagnostics;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Grpc;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Metrics;
using Microsoft.AspNetCore.Http.Features;

namespace LedgerStore.Server.Rights;

/// <summary>Lets calls in.</summary>
internal sealed class CallGuard(
    CallServices services, IdentityService identities, OpenStreams streams, ServerMetrics metrics)
{
    /// <summary>The interceptor of all calls.</summary>
    public async ValueTask RunAsync(ServerCall call, CallHandler next)
    {
        CallRule rule = call.GetMetadata<CallRule>()
            ?? throw new InvalidOperationException($"{call.Method} has no rule: the server must not have started");
        IdentityDecision answer = identities.Check(call.Context);
        using Activity? trace = TraceContext.Begin(call.Context);
        CallFacts facts = FactsOf(call, rule, answer, trace);
        if (answer.Caller is not { } caller)
        {
            metrics.Denied("unauthenticated");
            await services.Recorder.DeniedAsync(facts, answer.ToString()).ConfigureAwait(false);
            throw Refusals.Unauthenticated();
        }

        if (rule.Scope == CallScope.Nobody)
        {
            await services.Recorder.DeniedAsync(facts, "there is no such method").ConfigureAwait(false);
        }

        CallAccess access = new(services, facts, caller, rule)
        {
            Connection = call.Context.Features.GetRequiredFeature<ConnectionCaller>(),
        };
        call.State = access;
        if (rule.Scope == CallScope.Store)
        {
            await access.AllowStoreAsync().ConfigureAwait(false);
        }

        await RunAsync(call, access, next).ConfigureAwait(false);
    }

    private async ValueTask RunAsync(ServerCall call, CallAccess access, CallHandler next)
    {
        bool isStream = call.Method.Kind != MethodKind.Unary;
        long began = Stopwatch.GetTimestamp();
        StatusCode ended = StatusCode.Ok;
        try
        {
            if (isStream)
            {
                streams.Add(call, access);
            }

            await next(call).ConfigureAwait(false);
            ended = call.EndReason?.Code ?? StatusCode.Ok;
            await access.EndAsync(NameOf(ended)).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            ended = CodeOf(call, error);
            await access.EndAsync(NameOf(ended)).ConfigureAwait(false);
            throw;
        }
        finally
        {
            if (isStream)
            {
                streams.Remove(call);
            }

            metrics.Ended(call.Method.Name, NameOf(ended), !isStream, began);
            if (ended == StatusCode.PermissionDenied)
            {
                metrics.Denied("permission");
            }
        }
    }

    private static StatusCode CodeOf(ServerCall call, Exception error) => error switch
    {
        _ when call.EndReason is { } reason => reason.Code,
        RpcException status => status.Code,
        OperationCanceledException => StatusCode.Cancelled,
        _ => (Services.StoreErrors.Translate(error)?.Code).GetValueOrDefault(StatusCode.Unknown),
    };

    private static string NameOf(StatusCode code) => Protocol.Grpc.StatusCodes.NameOf(code);

    // Nothing is made here for a call: its texts are the connection's and the method's. Appends that go well are not
    // recorded, and need no number.
    private static CallFacts FactsOf(ServerCall call, CallRule rule, IdentityDecision answer, Activity? trace) => new(
        answer.Caller?.Name ?? string.Empty,
        call.Method.ToString(),
        string.Empty,
        call.Context.Features.Get<ConnectionCaller>()?.Peer ?? string.Empty,
        rule.Record == CallRecord.None && trace is null
            ? string.Empty
            : TraceContext.RequestIdOf(call.Context));
}
