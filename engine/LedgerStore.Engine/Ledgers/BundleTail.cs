// The end of a ledger in memory: full bundles that wait for the disk, and the open one; and the right edge of its tree.
// Changed by the bundler's thread only. Readers copy out of it under its lock, which is held for copies alone.
using System.Diagnostics.CodeAnalysis;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>What of a ledger is not in its files yet.</summary>
internal sealed class BundleTail
{
    private const int BundleLevel = 8;
    private readonly Lock _lock = new();

    // Guarded by the lock for readers. The bundler, which alone changes them, looks at them without it.
    private readonly Queue<OpenBundle> _unwritten = new();

    // Over the full bundles that are on the disk; the roots of those that are not are in them. So the right edge is
    // known for every size from there on, also while hashing runs ahead of what is durable.
    private readonly CompactRange _writtenTree;
    private OpenBundle? _open;

    // Of the last full bundle.
    private int _lastBytes;

    // A released bundle for the next one: a busy ledger leaves no garbage.
    private OpenBundle? _spare;

    // Entries of the open bundle whose memory was given back: they are in a partial block on the disk.
    private int _restingCount;

    /// <summary>Starts where the ledger's files end.</summary>
    /// <param name="tree">Over all full bundles.</param>
    public BundleTail(CompactRange tree, long size)
    {
        _writtenTree = tree;
        OpenStart = (long)tree.Size;
        Invariant.That(
            size - OpenStart is >= 0 and < StoreLimits.EntriesPerBundle, "the tree ends with the last bundle");
        _restingCount = (int)(size - OpenStart);
    }

    /// <summary>Where the open bundle starts: entries in full bundles, written or not.</summary>
    public long OpenStart { get; private set; }

    /// <summary>Entries in all.</summary>
    public long Size => OpenStart + OpenCount;

    public int OpenCount => _open?.Count ?? _restingCount;

    /// <summary>True while the open bundle's entries are on the disk only.</summary>
    public bool IsResting => _open is null && _restingCount > 0;

    /// <summary>Where the full bundles that are on the disk end.</summary>
    public long WrittenStart => _unwritten.TryPeek(out OpenBundle? first) ? first.FirstIndex : OpenStart;

    /// <summary>Memory of the open bundle.</summary>
    public int HeldBytes => _open?.HeldBytes ?? 0;

    public OpenBundle? Open => _open;

    /// <summary>The bundle that takes the next entry: a new one when the open one is full.</summary>
    /// <param name="isMemoryFree">There is memory for a whole bundle at once where one can be expected.</param>
    public OpenBundle Filling(OpenLedger ledger, bool isMemoryFree)
    {
        Invariant.That(!IsResting, "a resting bundle is read back before it grows");
        if (_open is { IsFull: false } open)
        {
            return open;
        }

        // Full in the middle of a frame: the ledger is busy. The next bundle will be about as large as the last one.
        bool isBusy = _open is not null;
        lock (_lock)
        {
            CloseFullLocked();
            _open = TakeSpare(ledger);
            _open.Expect(isBusy || isMemoryFree ? _lastBytes : 0);
            return _open;
        }
    }

    /// <summary>Copies entries into the open bundle until it is full or there are none left.</summary>
    /// <returns>The bytes taken.</returns>
    public int Append(ReadOnlySpan<byte> entries, long micros)
    {
        lock (_lock)
        {
            return _open!.Append(entries, micros);
        }
    }

    /// <summary>Puts a full open bundle in line for the disk.</summary>
    public void CloseFull()
    {
        lock (_lock)
        {
            CloseFullLocked();
        }
    }

    /// <summary>Puts the entries of a partial block back into memory.</summary>
    public void Wake(OpenBundle bundle)
    {
        Invariant.That(IsResting && bundle.Count == _restingCount, "what is read back is what was put away");
        lock (_lock)
        {
            _open = bundle;
            _restingCount = 0;
        }
    }

    /// <summary>Gives the open bundle's memory back: a partial block on the disk holds all of it.</summary>
    public void Rest()
    {
        OpenBundle? resting = _open;
        if (resting is null || resting.IsFull)
        {
            return;
        }

        lock (_lock)
        {
            _restingCount = resting.Count;
            _open = null;
            _spare = null;
            resting.Release();
        }
    }

    /// <summary>The oldest full bundle that is not on the disk.</summary>
    public bool TryPeekUnwritten([NotNullWhen(true)] out OpenBundle? bundle) => _unwritten.TryPeek(out bundle);

    /// <summary>The oldest one is on the disk, and readers find it there.</summary>
    public void DropWritten()
    {
        lock (_lock)
        {
            _spare = _unwritten.Dequeue();
            _writtenTree.AppendSubtree(BundleLevel, _spare.Root);
            _spare.Release();
        }
    }

    /// <summary>Copies a bundle that is in memory, for a reader, who holds its one reference.</summary>
    /// <returns>Null when it is not here: it is on the disk, or not yet anywhere.</returns>
    public DecodedBundle? TryCopy(long firstIndex, BundlePool pool)
    {
        lock (_lock)
        {
            return Find(firstIndex) is { Count: > 0 } bundle ? bundle.Copy(pool) : null;
        }
    }

    /// <summary>Copies the leaf hashes of a bundle that is in memory, as far as they are computed.</summary>
    /// <returns>How many; 0 when the bundle is not here.</returns>
    public int CopyLeaves(long firstIndex, Span<Hash256> leaves)
    {
        lock (_lock)
        {
            return Find(firstIndex) is { } bundle ? bundle.CopyLeaves(leaves) : 0;
        }
    }

    /// <summary>Copies the roots of full bundles that are not on the disk, to where they stand in their
    /// segment.</summary>
    /// <param name="roots">The 256 places of the segment.</param>
    /// <returns>The run of places that were written; empty when there are none of this segment.</returns>
    public Range CopyUnwrittenRoots(long segment, Span<Hash256> roots)
    {
        int first = 0;
        int end = 0;
        lock (_lock)
        {
            foreach (OpenBundle bundle in _unwritten)
            {
                long number = bundle.FirstIndex / StoreLimits.EntriesPerBundle;
                if (number / StoreLimits.BundlesPerSegment != segment)
                {
                    continue;
                }

                if (!bundle.HasRoot)
                {
                    break;
                }

                int place = (int)(number % StoreLimits.BundlesPerSegment);
                first = end == 0 ? place : first;
                roots[place] = bundle.Root;
                end = place + 1;
            }
        }

        return first..end;
    }

    /// <summary>Copies the right edge of the tree of everything that is durable and hashed.</summary>
    /// <param name="ledger">Whose tail this is.</param>
    /// <param name="tree">Becomes the tree over the full bundles below the size.</param>
    /// <param name="leaves">Room for 256: the leaf hashes behind them.</param>
    /// <param name="size">How many entries that is.</param>
    /// <returns>How many leaves were copied: fewer than there are when they are on the disk only.</returns>
    public int CopyEdge(OpenLedger ledger, CompactRange tree, Span<Hash256> leaves, out long size)
    {
        lock (_lock)
        {
            // Asked under the lock: a size from before could be smaller by now than what is written, and the edge of a
            // smaller tree is gone.
            size = ledger.ReadableSize;
            tree.CopyFrom(_writtenTree);
            Invariant.That((long)tree.Size <= size, "what is written is durable and hashed");
            foreach (OpenBundle bundle in _unwritten)
            {
                if (bundle.FirstIndex + StoreLimits.EntriesPerBundle > size)
                {
                    break;
                }

                tree.AppendSubtree(BundleLevel, bundle.Root);
            }

            // A bundle may be full and not be in line yet: then it is the open one, and its leaves do as well.
            int count = (int)Math.Min(size - (long)tree.Size, leaves.Length);
            return Find((long)tree.Size) is { } open ? open.CopyLeaves(leaves[..count]) : 0;
        }
    }

    private OpenBundle? Find(long firstIndex)
    {
        if (firstIndex >= OpenStart)
        {
            return firstIndex == OpenStart ? _open : null;
        }

        foreach (OpenBundle bundle in _unwritten)
        {
            if (bundle.FirstIndex == firstIndex)
            {
                return bundle;
            }
        }

        return null;
    }

    private OpenBundle TakeSpare(OpenLedger ledger)
    {
        if (_spare is not { } spare)
        {
            return new OpenBundle(ledger, OpenStart);
        }

        _spare = null;
        spare.BeginAt(OpenStart);
        return spare;
    }

    private void CloseFullLocked()
    {
        if (_open is { IsFull: true } full)
        {
            _unwritten.Enqueue(full);
            _lastBytes = full.Bytes;
            _open = null;
            OpenStart += StoreLimits.EntriesPerBundle;
        }
    }
}
