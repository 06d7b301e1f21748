// Streams that are open, to be asked again whether they still may: when the policy changes, and every few seconds,
// because certificates expire. Any thread; the dictionary is concurrent, the check runs on one timer at a time.
using System.Collections.Concurrent;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Server.Calls;
using LedgerStore.Server.Identity;

namespace LedgerStore.Server.Rights;

/// <summary>The open streams of a server.</summary>
/// <param name="streamsMax">Of all identities together.</param>
/// <param name="perIdentityMax">Of one identity, over all of its connections.</param>
internal sealed class OpenStreams(IdentityService identities, int streamsMax, int perIdentityMax)
{
    private readonly ConcurrentDictionary<CallEnd, CallAccess> _open = new();

    // Guards the numbers: whoever adds a stream has looked at them.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _perIdentity = new(StringComparer.Ordinal);
    private long _refused;

    public int Count => _open.Count;

    /// <summary>Streams that were refused since the start, for metrics.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Counts a stream.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: there are as many as may be.</exception>
    public void Add(CallEnd stream, CallAccess access)
    {
        lock (_gate)
        {
            int own = _perIdentity.GetValueOrDefault(access.Caller.Name);
            if (own >= perIdentityMax || _open.Count >= streamsMax)
            {
                _refused++;
                throw own >= perIdentityMax
                    ? Refusals.TooManyStreams("this identity has", perIdentityMax, "limits.streams_per_identity")
                    : Refusals.TooManyStreams("the server has", streamsMax, "limits.streams");
            }

            _perIdentity[access.Caller.Name] = own + 1;
            _open[stream] = access;
        }
    }

    /// <summary>It has ended; nothing if it was refused.</summary>
    public void Remove(CallEnd stream)
    {
        lock (_gate)
        {
            if (_open.TryRemove(stream, out CallAccess? access) && --_perIdentity[access.Caller.Name] == 0)
            {
                _perIdentity.Remove(access.Caller.Name);
            }
        }
    }

    /// <summary>Ends the streams that lost their right.</summary>
    public void CheckAll()
    {
        foreach ((CallEnd stream, CallAccess access) in _open)
        {
            if (identities.Check(access.Connection).Caller?.Name != access.Caller.Name)
            {
                stream.End(Refusals.Unauthenticated(access.Connection));
            }
            else if (access.WhyNotAnyMore() is { } refusal)
            {
                stream.End(refusal);
            }
        }
    }

    /// <summary>Records how far streams have come. One whose record cannot be written ends.</summary>
    public async ValueTask RecordAsync()
    {
        foreach ((CallEnd stream, CallAccess access) in _open)
        {
            try
            {
                await access.RecordProgressAsync().ConfigureAwait(false);
            }
            catch (RpcException cause)
            {
                stream.End(cause);
            }
        }
    }

    /// <summary>The server drains: streams end with a status that makes clients go elsewhere.</summary>
    public void EndAll()
    {
        foreach (CallEnd stream in _open.Keys)
        {
            stream.End(RpcException.Because(
                StatusCode.Unavailable, "SHUTTING_DOWN", "the server is stopping; connect again"));
        }
    }
}
