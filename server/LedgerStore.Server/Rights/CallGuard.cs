// The door through which every gRPC call passes, before gRPC itself looks at it: who calls, what the endpoint asks for,
// and how the call ended. What is malformed, and what is not there, is decided and recorded like everything else.
// Stateless but for the streams it has let in; any thread.
using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Calls;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LedgerStore.Server.Rights;

/// <summary>Lets calls in.</summary>
internal sealed class CallGuard(
    CallServices services, IdentityService identities, OpenStreams streams, ServerMetrics metrics)
{
    private readonly ConcurrentDictionary<IMethod, CalledMethod> _methods = new();

    /// <summary>The middleware. Tiles have a door of their own.</summary>
    public Task RunAsync(HttpContext context, RequestDelegate next)
    {
        EndpointMetadataCollection? metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<CallRule>() is not { } rule || rule.TileCall.Length > 0)
        {
            return next(context);
        }

        if (metadata.GetMetadata<GrpcMethodMetadata>()?.Method is { } called)
        {
            // Path case, escapes and dots all lead here; only the exact path is the method.
            CalledMethod method = _methods.GetOrAdd(called, static method => new CalledMethod(method));
            return context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget == called.FullName
                ? GuardAsync(context, method, rule, next)
                : GuardAsync(context, CalledMethod.Unknown, CallRule.Unknown, UnknownAsync);
        }

        if (CallStatus.IsGrpc(context))
        {
            return GuardAsync(context, CalledMethod.Unknown, rule, UnknownAsync);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task UnknownAsync(HttpContext context) =>
        throw RpcException.Of(StatusCode.Unimplemented, "this server has no such method");

    private async Task GuardAsync(HttpContext context, CalledMethod method, CallRule rule, RequestDelegate next)
    {
        IdentityDecision answer = identities.Check(context);
        using Activity? trace = TraceContext.Begin(context);
        CallFacts facts = FactsOf(context, method, rule, answer, trace);
        try
        {
            if (answer.Caller is not { } caller)
            {
                metrics.Denied("unauthenticated");
                await services.Recorder.DeniedAsync(facts, answer.ToString()).ConfigureAwait(false);
                throw context.Features.Get<ConnectionCaller>() is { } connection
                    ? Refusals.Unauthenticated(connection)
                    : Refusals.Unauthenticated();
            }

            if (rule.Scope == CallScope.Nobody)
            {
                await services.Recorder.DeniedAsync(facts, "there is no such method").ConfigureAwait(false);
            }

            using CallEnd? end = method.IsStream ? new CallEnd(context) : null;
            CallAccess access = new(services, facts, caller, rule)
            {
                Connection = context.Features.GetRequiredFeature<ConnectionCaller>(),
                End = end,
            };
            context.Features.Set(access);
            if (rule.Scope == CallScope.Store)
            {
                await access.AllowStoreAsync().ConfigureAwait(false);
            }

            await RunAsync(context, method, access, next).ConfigureAwait(false);
        }
        catch (RpcException refusal)
        {
            CallStatus.Write(context, refusal);
        }
    }

    private async Task RunAsync(HttpContext context, CalledMethod method, CallAccess access, RequestDelegate next)
    {
        long began = Stopwatch.GetTimestamp();
        StatusCode ended = StatusCode.Unknown;
        try
        {
            RpcException? refusal = await ServeAsync(context, access, next).ConfigureAwait(false);
            ended = refusal?.StatusCode ?? EndOf(context);
            await access.EndAsync(StatusNames.Of(ended)).ConfigureAwait(false);
            if (refusal is not null)
            {
                throw refusal;
            }
        }
        catch (RpcException refusal)
        {
            ended = refusal.StatusCode;
            throw;
        }
        finally
        {
            if (access.End is { } end)
            {
                streams.Remove(end);
            }

            metrics.Ended(method.Name, StatusNames.Of(ended), !method.IsStream, began);
            if (ended == StatusCode.PermissionDenied)
            {
                metrics.Denied("permission");
            }
        }
    }

    /// <summary>Runs the rest of the call. Its status goes out when this middleware is done, and not before.</summary>
    /// <returns>The status in the place of the one that gRPC found; null: that one counts.</returns>
    private async ValueTask<RpcException?> ServeAsync(HttpContext context, CallAccess access, RequestDelegate next)
    {
        try
        {
            if (access.End is { } end)
            {
                streams.Add(end, access);
            }

            await next(context).ConfigureAwait(false);
            return access.End?.Reason;
        }
        catch (RpcException refusal)
        {
            return refusal;
        }
    }

    private static StatusCode EndOf(HttpContext context)
    {
        StatusCode status = CallStatus.Of(context);
        return status == StatusCode.Unknown && context.RequestAborted.IsCancellationRequested
            ? StatusCode.Cancelled
            : status;
    }

    // Nothing is made here for a call: its texts are the connection's and the method's. Appends that go well are not
    // recorded, and need no number.
    private static CallFacts FactsOf(
        HttpContext context, CalledMethod method, CallRule rule, IdentityDecision answer, Activity? trace)
    {
        ConnectionCaller? connection = context.Features.Get<ConnectionCaller>();
        return new CallFacts(
            answer.Caller?.Name ?? string.Empty,
            method.FullName,
            string.Empty,
            connection?.Peer ?? string.Empty,
            rule.Record == CallRecord.None && trace is null
                ? string.Empty
                : TraceContext.RequestIdOf(context))
        {
            Person = connection?.SignIn?.Person,
        };
    }

    /// <summary>A method, as it is recorded and counted.</summary>
    private sealed class CalledMethod(string fullName, string name, bool isStream)
    {
        public CalledMethod(IMethod method)
            : this(method.FullName[1..], method.Name, method.Type != MethodType.Unary)
        {
        }

        /// <summary>Stands for all paths that are no method. Their names are the caller's text.</summary>
        public static CalledMethod Unknown { get; } = new("unknown/unknown", "unknown", isStream: false);

        public string FullName => fullName;

        public string Name => name;

        public bool IsStream => isStream;
    }
}
