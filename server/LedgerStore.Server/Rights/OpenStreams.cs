// Streams that are open, to be asked again whether they still may: when the policy changes, and every few seconds,
// because certificates expire. Any thread; the dictionary is concurrent, the check runs on one timer at a time.
using System.Collections.Concurrent;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Server.Grpc;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Server.Rights;

/// <summary>The open streams of a server.</summary>
internal sealed class OpenStreams
{
    private readonly ConcurrentDictionary<ServerCall, Entry> open = new();

    public int Count => open.Count;

    public void Add(ServerCall call, CallAccess access, Func<HttpContext, CallerAnswer> identify) =>
        open[call] = new Entry(access, identify);

    public void Remove(ServerCall call) => open.TryRemove(call, out _);

    /// <summary>Ends the streams that lost their right.</summary>
    public void CheckAll()
    {
        foreach ((ServerCall call, Entry entry) in open)
        {
            CallerAnswer answer = entry.Identify(call.Context);
            if (answer.Caller is not { } caller || caller.Name != entry.Access.Caller.Name)
            {
                call.End(Refusals.Unauthenticated());
            }
            else if (!entry.Access.IsStillAllowed())
            {
                call.End(Refusals.Denied(entry.Access.Rule.Capability));
            }
        }
    }

    /// <summary>The server drains: streams end with a status that makes clients go elsewhere.</summary>
    public void EndAll()
    {
        foreach (ServerCall call in open.Keys)
        {
            call.End(RpcException.Because(
                StatusCode.Unavailable, "SHUTTING_DOWN", "the server is stopping; connect again"));
        }
    }

    private readonly record struct Entry(CallAccess Access, Func<HttpContext, CallerAnswer> Identify);
}
