// The end of a ledger in memory: full bundles that wait for the disk, and the open one; and the right edge of its tree.
// Changed by the bundler's thread only. Readers copy out of it under its lock, which is held for copies alone.
using System.Diagnostics.CodeAnalysis;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Append;

/// <summary>What of a ledger is not in its files yet.</summary>
internal sealed class BundleTail
{
    private readonly Lock _lock = new();

    // Guarded by the lock for readers. The bundler, which alone changes them, looks at them without it.
    private readonly Queue<OpenBundle> _unwritten = new();
    private OpenBundle? _open;

    // A released bundle for the next one: a busy ledger leaves no garbage.
    private OpenBundle? _spare;

    // Entries of the open bundle whose memory was given back: they are in a partial block on the disk.
    private int _restingCount;

    /// <summary>Starts where the ledger's files end.</summary>
    /// <param name="tree">Over all full bundles.</param>
    public BundleTail(CompactRange tree, long size)
    {
        Tree = tree;
        OpenStart = (long)tree.Size;
        Invariant.That(
            size - OpenStart is >= 0 and < StoreLimits.EntriesPerBundle, "the tree ends with the last bundle");
        _restingCount = (int)(size - OpenStart);
    }

    /// <summary>The tree over the full bundles. Of the bundler.</summary>
    public CompactRange Tree { get; }

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
    public OpenBundle Filling(LedgerLog ledger)
    {
        Invariant.That(!IsResting, "a resting bundle is read back before it grows");
        if (_open is { IsFull: false } open)
        {
            return open;
        }

        // Full in the middle of a frame: the ledger is busy, and the next bundle will be about as large.
        int expectedBytes = _open?.Bytes ?? 0;
        lock (_lock)
        {
            CloseFullLocked();
            _open = TakeSpare(ledger);
            _open.Expect(expectedBytes);
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

    /// <summary>The leaf hashes of the open bundle's first entries, for a checkpoint or a proof.</summary>
    /// <returns>False when the bundle at this place is not in memory, or has not so many hashed entries.</returns>
    public bool TryCopyLeaves(long firstIndex, Span<Hash256> leaves)
    {
        lock (_lock)
        {
            return Find(firstIndex) is { } bundle && bundle.TryCopyLeaves(leaves);
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

    private OpenBundle TakeSpare(LedgerLog ledger)
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
            _open = null;
            OpenStart += StoreLimits.EntriesPerBundle;
        }
    }
}
