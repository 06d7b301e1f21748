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
    private readonly Lock gate = new();
    private readonly long ticksPerSecond;
    private Quota quota;
    private Bucket records;
    private Bucket bytes;
    private long lastTicks;
    private long streams;
    private long inFlight;

    /// <param name="nowTicks">The steady clock now; later calls with an earlier time are taken as now.</param>
    public QuotaMeter(Quota quota, long ticksPerSecond, long nowTicks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ticksPerSecond);
        this.quota = quota;
        this.ticksPerSecond = ticksPerSecond;
        lastTicks = nowTicks;
        records = Bucket.Full(quota.RecordsPerSecond, ticksPerSecond);
        bytes = Bucket.Full(quota.BytesPerSecond, ticksPerSecond);
    }

    public Quota Quota => Volatile.Read(ref quota);

    /// <summary>Takes records and bytes from both rates, or nothing from either.</summary>
    public QuotaVerdict Take(long recordCount, long byteCount, long nowTicks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(recordCount);
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        lock (gate)
        {
            Refill(nowTicks);
            long recordWait = records.TicksUntilOpen(quota.RecordsPerSecond);
            long byteWait = bytes.TicksUntilOpen(quota.BytesPerSecond);
            if (recordWait == 0 && byteWait == 0)
            {
                records.Spend(recordCount, ticksPerSecond);
                bytes.Spend(byteCount, ticksPerSecond);
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
        lock (gate)
        {
            if (streams >= (quota.Streams ?? int.MaxValue))
            {
                return new QuotaVerdict(QuotaLimit.Streams, 0);
            }

            streams++;
            return default;
        }
    }

    public void CloseStream()
    {
        lock (gate)
        {
            streams = streams > 0 ? streams - 1 : throw new InvalidOperationException("no stream is open");
        }
    }

    /// <summary>Counts bytes in flight if they fit; then Release must follow. A single request always fits.</summary>
    public QuotaVerdict Reserve(long byteCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        lock (gate)
        {
            long limit = quota.InFlightBytes ?? long.MaxValue;
            if (inFlight > 0 && byteCount > limit - inFlight)
            {
                return new QuotaVerdict(QuotaLimit.InFlightBytes, 0);
            }

            inFlight += byteCount;
            return default;
        }
    }

    public void Release(long byteCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        lock (gate)
        {
            inFlight = inFlight >= byteCount
                ? inFlight - byteCount
                : throw new InvalidOperationException($"{byteCount} bytes released, {inFlight} are in flight");
        }
    }

    /// <summary>Another quota from now on. Debts, open streams and bytes in flight stay.</summary>
    public void Change(Quota newQuota, long nowTicks)
    {
        lock (gate)
        {
            Refill(nowTicks);
            records = records.Rescaled(quota.RecordsPerSecond, newQuota.RecordsPerSecond, ticksPerSecond);
            bytes = bytes.Rescaled(quota.BytesPerSecond, newQuota.BytesPerSecond, ticksPerSecond);
            quota = newQuota;
        }
    }

    private void Refill(long nowTicks)
    {
        long elapsed = nowTicks - lastTicks;
        if (elapsed > 0)
        {
            lastTicks = nowTicks;
            records.Refill(elapsed, quota.RecordsPerSecond, ticksPerSecond);
            bytes.Refill(elapsed, quota.BytesPerSecond, ticksPerSecond);
        }
    }

    // The level in unit-ticks (units x ticks per second): every step is exact, nothing is rounded away. 128 bits,
    // because a terabyte a second times a nanosecond clock does not fit into 64.
    [StructLayout(LayoutKind.Auto)]
    private struct Bucket
    {
        private Int128 level;

        public static Bucket Full(long? rate, long ticksPerSecond) =>
            new() { level = (Int128)(rate ?? 0) * ticksPerSecond };

        public void Refill(long elapsedTicks, long? rate, long ticksPerSecond)
        {
            if (rate is { } perSecond)
            {
                level = Int128.Min(level + (Int128)elapsedTicks * perSecond, (Int128)perSecond * ticksPerSecond);
            }
        }

        public readonly long TicksUntilOpen(long? rate)
        {
            if (rate is not { } perSecond || level > 0)
            {
                return 0;
            }

            // From the level to just above zero, rounded up.
            return (long)Int128.Min(-level / perSecond + 1, long.MaxValue);
        }

        public void Spend(long units, long ticksPerSecond) => level -= (Int128)units * ticksPerSecond;

        public readonly Bucket Rescaled(long? from, long? to, long ticksPerSecond) =>
            from is null || to is null
                ? Full(to, ticksPerSecond)
                : new Bucket { level = Int128.Min(level, (Int128)to.Value * ticksPerSecond) };
    }
}
