// The background work on tiers: looks through the ledgers that have a policy, and does what is due, in small steps.
// Owned by one thread, or turned by a test; requests come from any thread.

using System.Collections.Concurrent;
using LedgerStore.Engine.Append;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

/// <summary>Does one ledger after the other.</summary>
internal sealed class TieringWorker : IDisposable
{
    // A step at least this often, however busy the store is: what must go by law must go.
    private const int YieldsMax = 200;

    // Work that is ahead of its rate by less goes on: a thread that sleeps for less than a few milliseconds at a time
    // costs those who append more than its work does.
    private const long AheadMaxMicros = 20_000;

    // Time that was not used, because appends waited or the processors were busy, is made up for, so much of it.
    private const long BehindMaxMicros = 200_000;

    private readonly TieringParts _parts;
    private readonly LedgerRetention _retention;
    private readonly TieringCounters _counters = new();
    private readonly Pace _pace = new();
    private readonly ConcurrentQueue<RetentionRequest> _requests = new();
    private readonly Queue<LedgerLog> _left = new();
    private readonly long _steadyStart;
    private readonly List<RetentionRequest> _served = [];

    // Made with the first visit: it has memory that most stores never need.
    private LedgerVisit? _visit;
    private long _nextRoundMicros;
    private long _freeAtMicros;
    private int _yields;

    public TieringWorker(TieringParts parts, LedgerRetention retention)
    {
        _parts = parts;
        _steadyStart = parts.Time.GetTimestamp();
        _retention = retention;
    }

    /// <summary>How long the thread may sleep when there was nothing to do: for a throttle, or for somebody that a step
    /// waits for. Zero: until it is signalled.</summary>
    public TimeSpan Pause { get; private set; }

    public TieringStatus Status => _counters.Read();

    /// <summary>Has a ledger looked at now.</summary>
    public void Ask(RetentionRequest request) => _requests.Enqueue(request);

    /// <summary>Does one step.</summary>
    /// <returns>False when there is nothing to do, or when it has to wait.</returns>
    public bool RunOnce()
    {
        Pause = TimeSpan.Zero;
        if (!_pace.IsBusy && !TryBegin())
        {
            return false;
        }

        if (_parts.Gate.WaitingCount > 0 && ++_yields < YieldsMax)
        {
            Pause = TimeSpan.FromMilliseconds(5);
            return false;
        }

        long now = SteadyMicros();
        if (now + AheadMaxMicros < _freeAtMicros)
        {
            Pause = TimeSpan.FromMicroseconds(Math.Min(_freeAtMicros - now, 50_000));
            return false;
        }

        _yields = 0;
        return Step(now);
    }

    /// <summary>Ends what is under way. A file that is half written is removed by the next visit, which finds that
    /// state.log does not name it.</summary>
    public void Dispose()
    {
        _pace.Stop();
        StoreException closed = new(StoreReason.Closed, "the store was closed before the round was done");
        while (_requests.TryDequeue(out RetentionRequest? request))
        {
            request.Fail(closed);
        }

        _served.ForEach(request => request.Fail(closed));
    }

    private bool Step(long now)
    {
        try
        {
            if (_pace.Go())
            {
                _counters.AddBytes(_pace.Bytes);
                _freeAtMicros = Math.Max(_freeAtMicros, now - BehindMaxMicros)
                    + (_pace.Bytes * 1_000_000 / Math.Max(1, _parts.Options.BytesPerSecond));
                Pause = _pace.Waits ? TimeSpan.FromMilliseconds(5) : TimeSpan.Zero;
                return !_pace.Waits;
            }
        }
        catch (Exception failed) when (IsLocal(failed))
        {
            // Only this ledger, and only for now: nothing was published that is not durable.
            _counters.Failed(failed);
            _visit!.Abandon();
        }

        return true;
    }

    private bool TryBegin()
    {
        if (_left.Count == 0 && !TryBeginRound())
        {
            return false;
        }

        LedgerVisit visit = _visit ??= new LedgerVisit(_parts, _retention, _counters, _pace, SteadyMicros);
        LedgerLog next = _left.Dequeue();
        _pace.Begin(() => visit.RunAsync(next));
        return true;
    }

    private bool TryBeginRound()
    {
        _served.ForEach(static request => request.Finish());
        _served.Clear();
        HashSet<uint> asked = [];
        while (_requests.TryDequeue(out RetentionRequest? request))
        {
            _served.Add(request);
            if (asked.Add(request.Ledger.Id))
            {
                _left.Enqueue(request.Ledger);
            }
        }

        if (SteadyMicros() < _nextRoundMicros || !_parts.Options.IsAutomatic)
        {
            return _left.Count > 0;
        }

        _nextRoundMicros = SteadyMicros() + RetentionPolicy.Micros(_parts.Options.Interval);
        _counters.Round();
        foreach (CatalogLedger ledger in _parts.Catalog.SortedByName())
        {
            if (ledger.Retention is not null && !asked.Contains(ledger.Created.LedgerId))
            {
                _left.Enqueue(_parts.Ledgers.Get(ledger.Created.LedgerId));
            }
        }

        return _left.Count > 0;
    }

    private long SteadyMicros() => (long)_parts.Time.GetElapsedTime(_steadyStart).TotalMicroseconds;

    /// <summary>What leaves the store sound. A sync that failed does not.</summary>
    private static bool IsLocal(Exception failed) => failed switch
    {
        ColdStoreException or BlockDamagedException => true,
        StoreException refused => refused.Reason != StoreReason.StorageFailed,
        StorageException storage => storage.IsReadFailure || storage.IsRetryable,
        _ => false,
    };
}
