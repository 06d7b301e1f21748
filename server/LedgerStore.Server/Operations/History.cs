// What the store was like in the last day, for charts: one moment a minute, in memory; it begins anew with the server.
// Look belongs to the server's timer; the rest is for any thread.
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Disk;

namespace LedgerStore.Server.Operations;

/// <summary>The store's last day.</summary>
internal sealed class History(Store store, DiskWatch disk, TimeProvider time)
{
    /// <summary>A day of minutes.</summary>
    public const int MomentsMax = 24 * 60;

    private static readonly TimeSpan s_step = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Queue<Moment> _moments = [];
    private long? _lookedAt;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Moment> Moments
    {
        get
        {
            lock (_gate)
            {
                return [.. _moments];
            }
        }
    }

    public void Look()
    {
        if (_lookedAt is { } last && time.GetElapsedTime(last) < s_step)
        {
            return;
        }

        _lookedAt = time.GetTimestamp();
        Moment moment = new()
        {
            Time = Timestamp.FromDateTimeOffset(time.GetUtcNow()),
            Entries = (ulong)store.EntryCount,
            UnsignedEntries = (ulong)store.UnsignedCount,
            StoredBytes = (ulong)disk.StoredBytes,
            FreeBytes = (ulong)disk.FreeBytes,
        };
        lock (_gate)
        {
            _moments.Enqueue(moment);
            if (_moments.Count > MomentsMax)
            {
                _moments.Dequeue();
            }
        }
    }
}
