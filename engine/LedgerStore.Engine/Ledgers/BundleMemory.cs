// Memory of bundles that are being filled, and of their blocks. A thousand ledgers grow their bundles in step, and the
// framework's pool keeps 64 arrays of a size: the rest became garbage, 240 bytes for each record.
// Any thread; one lock, held for a push or a pop, once or twice for each bundle.
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Free arrays by size: four sizes for each doubling, so an array is at most a fifth too large.</summary>
internal sealed class BundleMemory
{
    public const int BytesMin = 2 * 1024;

    // A thousand ledgers that are appended to in turn fill, and give back, a thousand bundles at a time: 90 MB. Those
    // in use are not counted: a store that failed never gives its own back, and the stores after it must not do without
    // a pool for that.
    private const long SharedFreeBytesMax = 112L * 1024 * 1024;
    private const int FreeListsMax = 2_048;
    private const int StepsPerDoubling = 4;

    private readonly Lock _lock = new();
    private readonly int[] _sizes;
    private readonly Stack<byte[]>[] _free;
    private readonly long _freeBytesMax;

    // When each size was last asked for, counted in questions.
    private readonly long[] _lastRent;
    private readonly Stack<Hash256[]> _freeLeaves = [];
    private readonly Stack<int[]> _freeEnds = [];

    private long _freeBytes;
    private long _rents;

    /// <param name="freeBytesMax">Free arrays; beyond it, those of the size that was not asked for longest are left to
    /// the collector.</param>
    internal BundleMemory(long freeBytesMax)
    {
        _freeBytesMax = freeBytesMax;
        List<int> sizes = [];
        for (long size = BytesMin; size <= 2 * StoreLimits.BundleBytesMax; size *= 2)
        {
            for (int step = 0; step < StepsPerDoubling; step++)
            {
                sizes.Add((int)(size + (size * step / StepsPerDoubling)));
            }
        }

        _sizes = [.. sizes];
        _free = [.. sizes.Select(static _ => new Stack<byte[]>())];
        _lastRent = new long[_sizes.Length];
    }

    /// <summary>Of all stores of the process, like the framework's own pool.</summary>
    public static BundleMemory Shared { get; } = new(SharedFreeBytesMax);

    /// <summary>An array of at least so many bytes. Its content is what it is.</summary>
    public byte[] Rent(int bytes)
    {
        int at = ClassOf(bytes);
        lock (_lock)
        {
            _lastRent[at] = ++_rents;
            if (_free[at].TryPop(out byte[]? free))
            {
                _freeBytes -= free.Length;
                return free;
            }
        }

        return GC.AllocateUninitializedArray<byte>(_sizes[at]);
    }

    public void Return(byte[] array)
    {
        if (array.Length == 0)
        {
            return;
        }

        int at = ClassOf(array.Length);
        Invariant.That(_sizes[at] == array.Length, "only what was rented is returned");
        lock (_lock)
        {
            if (TryMakeRoom(array.Length, at))
            {
                _free[at].Push(array);
                _freeBytes += array.Length;
            }
        }
    }

    /// <summary>The ends and the leaf hashes of a bundle's entries, with room for so many or more.</summary>
    public (int[] Ends, Hash256[] Leaves) RentLists(int entries)
    {
        if (entries == StoreLimits.EntriesPerBundle)
        {
            lock (_lock)
            {
                if (_freeEnds.TryPop(out int[]? ends))
                {
                    return (ends, _freeLeaves.Pop());
                }
            }
        }

        return (new int[entries], new Hash256[entries]);
    }

    public void ReturnLists(int[] ends, Hash256[] leaves)
    {
        // Small ones are those of a ledger's first entries: not worth keeping.
        if (ends.Length != StoreLimits.EntriesPerBundle)
        {
            return;
        }

        lock (_lock)
        {
            if (_freeEnds.Count < FreeListsMax)
            {
                _freeEnds.Push(ends);
                _freeLeaves.Push(leaves);
            }
        }
    }

    /// <summary>Makes room below the limit for a returned array: sizes that were not asked for since this one was
    /// go first. Under the lock.</summary>
    /// <returns>False when all that is free was asked for later.</returns>
    private bool TryMakeRoom(int bytes, int returned)
    {
        while (_freeBytes + bytes > _freeBytesMax)
        {
            int oldest = returned;
            for (int at = 0; at < _free.Length; at++)
            {
                if (_free[at].Count > 0 && _lastRent[at] < _lastRent[oldest])
                {
                    oldest = at;
                }
            }

            if (oldest == returned)
            {
                return false;
            }

            _freeBytes -= _free[oldest].Pop().Length;
        }

        return true;
    }

    private int ClassOf(int bytes)
    {
        int at = Array.BinarySearch(_sizes, Math.Max(bytes, BytesMin));
        return at >= 0 ? at : ~at;
    }
}
