// Background work on ledgers: looks through those that may have something due, and does it, in small steps that give
// way to appends and stay below a rate. Owned by one thread, or turned by a test; requests come from any thread.

using System.Collections.Concurrent;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Pipeline;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Tiering;

/// <summary>Visits one ledger after the other.</summary>
/// <param name="options">The rate, and whether rounds begin by themselves.</param>
/// <param name="interval">How often they do.</param>
internal abstract class VisitWorker(
    StoreGround ground, Gate gate, TieringOptions options, TimeSpan interval, Pace pace) : IDisposable
{
    // A step at least this often, however busy the store is: what must go by law must go.
    private const int YieldsMax = 200;

    // Work that is ahead of its rate by less goes on: a thread that sleeps for less than a few milliseconds at a time
    // costs those who append more than its work does.
    private const long AheadMaxMicros = 20_000;

    // Time that was not used, because appends waited or the processors were busy, is made up for, so much of it.
    private const long BehindMaxMicros = 200_000;

    private readonly ConcurrentQueue<(OpenLedger Ledger, TaskCompletionSource Done)> _requests = new();
    private readonly Queue<OpenLedger> _left = new();
    private readonly List<TaskCompletionSource> _served = [];

    private long _nextRoundMicros;
    private long _freeAtMicros;
    private int _yields;

    /// <summary>How long the thread may sleep when there was nothing to do: for a throttle, or for somebody that a step
    /// waits for. Zero: until it is signalled.</summary>
    public TimeSpan Pause { get; private set; }

    /// <summary>Has a ledger looked at now; then wake the thread. Ends when that was done. Any thread.</summary>
    public Task Ask(OpenLedger ledger)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Enqueue((ledger, done));
        return done.Task;
    }

    /// <summary>Does one step.</summary>
    /// <returns>False when there is nothing to do, or when it has to wait.</returns>
    public bool RunOnce()
    {
        Pause = TimeSpan.Zero;
        if (!pace.IsBusy && !TryBegin())
        {
            return false;
        }

        if (gate.WaitingCount > 0 && ++_yields < YieldsMax)
        {
            Pause = TimeSpan.FromMilliseconds(5);
            return false;
        }

        long now = ground.SteadyMicros();
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
        pace.Stop();
        StoreException closed = new(StoreReason.Closed, "the store was closed before the round was done");
        while (_requests.TryDequeue(out (OpenLedger Ledger, TaskCompletionSource Done) request))
        {
            request.Done.TrySetException(closed);
        }

        _served.ForEach(done => done.TrySetException(closed));
    }

    /// <summary>A round begins: the ledgers that are to be visited in it.</summary>
    protected abstract IEnumerable<OpenLedger> BeginRound();

    /// <summary>One visit. It gives way by the pace, and awaits nothing else.</summary>
    protected abstract Task VisitAsync(OpenLedger log);

    /// <summary>A step of a visit has read and written so much.</summary>
    protected abstract void NoteWork(long bytes);

    /// <summary>A visit failed. Only that ledger, and only for now: nothing was published that is not durable.
    /// </summary>
    protected abstract void NoteFailure(Exception cause);

    private bool Step(long now)
    {
        try
        {
            if (pace.Go())
            {
                NoteWork(pace.Bytes);
                _freeAtMicros = Math.Max(_freeAtMicros, now - BehindMaxMicros)
                    + (pace.Bytes * 1_000_000 / Math.Max(1, options.BytesPerSecond));
                Pause = pace.Waits ? TimeSpan.FromMilliseconds(5) : TimeSpan.Zero;
                return !pace.Waits;
            }
        }
        catch (Exception failed) when (IsLocal(failed))
        {
            NoteFailure(failed);
        }

        return true;
    }

    private bool TryBegin()
    {
        if (_left.Count == 0 && !TryBeginRound())
        {
            return false;
        }

        OpenLedger next = _left.Dequeue();
        pace.Begin(() => VisitAsync(next));
        return true;
    }

    private bool TryBeginRound()
    {
        _served.ForEach(static done => done.TrySetResult());
        _served.Clear();
        HashSet<uint> asked = [];
        while (_requests.TryDequeue(out (OpenLedger Ledger, TaskCompletionSource Done) request))
        {
            _served.Add(request.Done);
            if (asked.Add(request.Ledger.Id))
            {
                _left.Enqueue(request.Ledger);
            }
        }

        if (ground.SteadyMicros() < _nextRoundMicros || !options.IsAutomatic)
        {
            return _left.Count > 0;
        }

        _nextRoundMicros = ground.SteadyMicros() + RetentionPolicy.Micros(interval);
        foreach (OpenLedger ledger in BeginRound())
        {
            if (!asked.Contains(ledger.Id))
            {
                _left.Enqueue(ledger);
            }
        }

        return _left.Count > 0;
    }

    /// <summary>What leaves the store sound. A sync that failed does not.</summary>
    private static bool IsLocal(Exception failed) => failed switch
    {
        ColdStoreException or BlockDamagedException => true,
        StoreException refused => refused.Reason != StoreReason.StorageFailed,
        StorageException storage => storage.IsReadFailure || storage.IsRetryable,
        _ => false,
    };
}
