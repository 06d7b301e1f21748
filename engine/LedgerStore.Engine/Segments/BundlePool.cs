// Memory for decoded bundles, used again: a read allocates nothing. Owned by the store; any thread.

using System.Numerics;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Segments;

/// <summary>Pools <see cref="DecodedBundle"/> by size.</summary>
/// <param name="freeBytesMax">Memory kept for later; what is returned beyond it is left to the collector.</param>
internal sealed class BundlePool(long freeBytesMax)
{
    // Four sizes for each power of two: at most a fifth of a buffer is unused, and bundles of one ledger, which have
    // about the same size, share few classes.
    private const int SmallestLog = 11;
    private const int ClassCount = 56;

    private readonly SizeClass[] _classes = [.. Enumerable.Range(0, ClassCount).Select(_ => new SizeClass())];
    private long _freeBytes;
    private long _decodedBytes;

    /// <summary>Memory kept for later.</summary>
    public long FreeBytes => Interlocked.Read(ref _freeBytes);

    /// <summary>Bytes that were decoded into bundles of this pool: what reads that the cache could not answer cost.
    /// </summary>
    public long DecodedBytes => Interlocked.Read(ref _decodedBytes);

    /// <summary>Counts what was decoded.</summary>
    public void CountDecoded(int bytes) => Interlocked.Add(ref _decodedBytes, bytes);

    /// <summary>A bundle with room for the bytes; the caller holds its one reference and fills it.</summary>
    public DecodedBundle Rent(uint ledgerId, long firstIndex, int entries, int rawBytes)
    {
        int size = ClassOf(rawBytes, out int capacity);
        DecodedBundle? bundle = _classes[size].Pop();
        if (bundle is null)
        {
            bundle = new DecodedBundle(this, capacity);
        }
        else
        {
            Interlocked.Add(ref _freeBytes, -bundle.Capacity);
        }

        bundle.Begin(ledgerId, firstIndex, entries, rawBytes);
        return bundle;
    }

    internal static int ClassOf(int bytes, out int capacity)
    {
        int last = Math.Max(bytes, 1 << (SmallestLog + 1)) - 1;
        int log = BitOperations.Log2((uint)last);
        int quarter = last >> (log - 2);
        capacity = (quarter + 1) << (log - 2);
        return ((log - SmallestLog) * 4) + quarter - 4;
    }

    internal void Return(DecodedBundle bundle)
    {
        int size = ClassOf(bundle.BufferBytes, out int capacity);
        Invariant.That(capacity == bundle.BufferBytes, "the bundle comes from this pool");

        // Counted first: several threads that return at once may each find it full, but never overfill it.
        if (Interlocked.Add(ref _freeBytes, bundle.Capacity) > freeBytesMax && !TryMakeRoom(size))
        {
            Interlocked.Add(ref _freeBytes, -bundle.Capacity);
            return;
        }

        _classes[size].Push(bundle);
    }

    /// <summary>Gives up free memory of other sizes: what nobody asks for any more must not keep out what is asked for,
    /// or a pool full of chunks would let every bundle be allocated anew.</summary>
    private bool TryMakeRoom(int size)
    {
        for (int i = 1; i < ClassCount && FreeBytes > freeBytesMax; i++)
        {
            SizeClass other = _classes[(size + i) % ClassCount];
            while (FreeBytes > freeBytesMax && other.Pop() is { } unused)
            {
                Interlocked.Add(ref _freeBytes, -unused.Capacity);
            }
        }

        return FreeBytes <= freeBytesMax;
    }

    /// <summary>The lock protects the stack.</summary>
    private sealed class SizeClass
    {
        private readonly Lock _gate = new();
        private readonly Stack<DecodedBundle> _free = [];

        public DecodedBundle? Pop()
        {
            if (_free.Count == 0)
            {
                // Seen without the lock: at worst one is missed that came this moment.
                return null;
            }

            lock (_gate)
            {
                return _free.TryPop(out DecodedBundle? bundle) ? bundle : null;
            }
        }

        public void Push(DecodedBundle bundle)
        {
            lock (_gate)
            {
                _free.Push(bundle);
            }
        }
    }
}
