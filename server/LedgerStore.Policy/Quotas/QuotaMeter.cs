// Counts what one identity does under one binding: two token buckets and two gauges behind one short lock, which
// protects all of its fields. Nothing blocks or allocates under it. Time comes in as steady ticks; any thread.
//
// A bucket holds at most one second's worth and may go into debt: what comes while it is not empty is admitted whole,
// so a batch larger than a second's worth passes once and is paid for by waiting. Over any span of t seconds at most
// rate x (t + 1) plus one batch is admitted.
using System.Runtime.InteropServices;

namespace LedgerStore.Policy;

/// <summary>Which limit of a quota stands in the way.</summary>
public enum QuotaLimit
{
    None,
    RecordsPerSecond,
    BytesPerSecond,
    Streams,
    InFlightBytes,
}

/// <summary>The answer of a meter.</summary>
/// <param name="RetryAfterTicks">For the rates: when asking again makes sense. 0 for what only others can free.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct QuotaVerdict(QuotaLimit Limit, long RetryAfterTicks)
{
    public bool Allowed => Limit == QuotaLimit.None;
}

/// <summary>Holds one identity to one quota.</summary>
public sealed class QuotaMeter
{
    private readonly Lock _gate = new();
    private readonly long _ticksPerSecond;
    private Quota _quota;
    private Bucket _records;
    private Bucket _bytes;
    private long _lastTicks;
    private long _streams;
    private long _inFlight;

    /// <param name="nowTicks">The steady clock now; later calls with an earlier time are taken as now.</param>
    public QuotaMeter(Quota quota, long ticksPerSecond, long nowTicks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ticksPerSecond);
        _quota = quota;
        _ticksPerSecond = ticksPerSecond;
        _lastTicks = nowTicks;
        _records = Bucket.Full(quota.RecordsPerSecond, ticksPerSecond);
        _bytes = Bucket.Full(quota.BytesPerSecond, ticksPerSecond);
    }

    public Quota Quota => Volatile.Read(ref _quota);

    /// <summary>Takes records and bytes from both rates, or nothing from either.</summary>
    public QuotaVerdict Take(long recordCount, long byteCount, long nowTicks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(recordCount);
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        lock (_gate)
        {
            Refill(nowTicks);
            long recordWait = _records.TicksUntilOpen(_quota.RecordsPerSecond);
            long byteWait = _bytes.TicksUntilOpen(_quota.BytesPerSecond);
            if (recordWait == 0 && byteWait == 0)
            {
                _records.Spend(recordCount, _ticksPerSecond);
                _bytes.Spend(byteCount, _ticksPerSecond);
                return default;
            }

            return recordWait >= byteWait
                ? new QuotaVerdict(QuotaLimit.RecordsPerSecond, recordWait)
                : new QuotaVerdict(QuotaLimit.BytesPerSecond, byteWait);
        }
    }

    /// <summary>Counts a stream if one more is allowed; then CloseStream must follow.</summary>
    public QuotaVerdict OpenStream()
    {
        lock (_gate)
        {
            if (_streams >= (_quota.Streams ?? int.MaxValue))
            {
                return new QuotaVerdict(QuotaLimit.Streams, 0);
            }

            _streams++;
            return default;
        }
    }

    public void CloseStream()
    {
        lock (_gate)
        {
            _streams = _streams > 0 ? _streams - 1 : throw new InvalidOperationException("no stream is open");
        }
    }

    /// <summary>Counts bytes in flight if they fit; then Release must follow. A single request always fits.</summary>
    public QuotaVerdict Reserve(long byteCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        lock (_gate)
        {
            long limit = _quota.InFlightBytes ?? long.MaxValue;
            if (_inFlight > 0 && byteCount > limit - _inFlight)
            {
                return new QuotaVerdict(QuotaLimit.InFlightBytes, 0);
            }

            _inFlight += byteCount;
            return default;
        }
    }

    public void Release(long byteCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        lock (_gate)
        {
            _inFlight = _inFlight >= byteCount
                ? _inFlight - byteCount
                : throw new InvalidOperationException($"{byteCount} bytes released, {_inFlight} are in flight");
        }
    }

    /// <summary>Another quota from now on. Debts, open streams and bytes in flight stay.</summary>
    public void Change(Quota newQuota, long nowTicks)
    {
        lock (_gate)
        {
            Refill(nowTicks);
            _records = _records.Rescaled(_quota.RecordsPerSecond, newQuota.RecordsPerSecond, _ticksPerSecond);
            _bytes = _bytes.Rescaled(_quota.BytesPerSecond, newQuota.BytesPerSecond, _ticksPerSecond);
            _quota = newQuota;
        }
    }

    private void Refill(long nowTicks)
    {
        long elapsed = nowTicks - _lastTicks;
        if (elapsed > 0)
        {
            _lastTicks = nowTicks;
            _records.Refill(elapsed, _quota.RecordsPerSecond, _ticksPerSecond);
            _bytes.Refill(elapsed, _quota.BytesPerSecond, _ticksPerSecond);
        }
    }

    // The level in unit-ticks (units x ticks per second): every step is exact, nothing is rounded away. 128 bits,
    // because a terabyte a second times a nanosecond clock does not fit into 64.
    [StructLayout(LayoutKind.Auto)]
    private struct Bucket
    {
        private Int128 _level;

        public static Bucket Full(long? rate, long ticksPerSecond) =>
            new() { _level = (Int128)(rate ?? 0) * ticksPerSecond };

        public void Refill(long elapsedTicks, long? rate, long ticksPerSecond)
        {
            if (rate is { } perSecond)
            {
                _level = Int128.Min(_level + (Int128)elapsedTicks * perSecond, (Int128)perSecond * ticksPerSecond);
            }
        }

        public readonly long TicksUntilOpen(long? rate)
        {
            if (rate is not { } perSecond || _level > 0)
            {
                return 0;
            }

            // From the level to just above zero, rounded up.
            return (long)Int128.Min(-_level / perSecond + 1, long.MaxValue);
        }

        public void Spend(long units, long ticksPerSecond) => _level -= (Int128)units * ticksPerSecond;

        public readonly Bucket Rescaled(long? from, long? to, long ticksPerSecond) =>
            from is null || to is null
                ? Full(to, ticksPerSecond)
                : new Bucket { _level = Int128.Min(_level, (Int128)to.Value * ticksPerSecond) };
    }
}
