// Streams that are open, to be asked again whether they still may: when the policy changes, and every few seconds,
// because certificates expire. Any thread; the dictionary is concurrent, the check runs on one timer at a time.
using System.Collections.Concurrent;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Server.Grpc;
using LedgerStore.Server.Identity;

namespace LedgerStore.Server.Rights;

/// <summary>The open streams of a server.</summary>
internal sealed class OpenStreams(IdentityService identities)
{
    private readonly ConcurrentDictionary<ServerCall, CallAccess> open = new();

    public int Count => open.Count;

    public void Add(ServerCall call, CallAccess access) => open[call] = access;

    public void Remove(ServerCall call) => open.TryRemove(call, out _);

    /// <summary>Ends the streams that lost their right.</summary>
    public void CheckAll()
    {
        foreach ((ServerCall call, CallAccess access) in open)
        {
            if (identities.Check(access.Connection).Caller?.Name != access.Caller.Name)
            {
                call.End(Refusals.Unauthenticated());
            }
            else if (!access.IsStillAllowed())
            {
                call.End(Refusals.Denied(access.Rule));
            }
        }
    }

    /// <summary>Records how far streams have come. One whose record cannot be written ends.</summary>
    public async ValueTask RecordAsync()
    {
        foreach ((ServerCall call, CallAccess access) in open)
        {
            try
            {
                await access.RecordProgressAsync().ConfigureAwait(false);
            }
            catch (RpcException cause)
            {
                call.End(cause);
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
}
