// The entries of one bundle, or of one chunk of it, decoded into pooled memory, with an index for O(1) access.
// Counted: the cache and every reader hold a reference, and the last one to leave gives the memory back.
// The bytes are written once, before the object is shared; after that any thread reads them.

using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Segments;

/// <summary>Decoded entries in bundle encoding.</summary>
internal sealed class DecodedBundle
{
    private readonly BundlePool _pool;
    private readonly byte[] _buffer;
    private readonly int[] _offsets = new int[StoreLimits.EntriesPerBundle + 1];
    private int _references;

    internal DecodedBundle(BundlePool pool, int capacity)
    {
        _pool = pool;
        _buffer = GC.AllocateUninitializedArray<byte>(capacity);
    }

    public uint LedgerId { get; private set; }

    /// <summary>The index of its first entry.</summary>
    public long FirstIndex { get; private set; }

    public int Entries { get; private set; }

    public int RawBytes { get; private set; }

    /// <summary>Memory that it occupies, which is what the limits count.</summary>
    public int Capacity => _buffer.Length + (_offsets.Length * sizeof(int));

    /// <summary>The entries, each behind its u16 big-endian length.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, RawBytes);

    // Of the cache, guarded by the gate of its shard: the neighbours in the order of use.
    internal DecodedBundle? Newer { get; set; }

    internal DecodedBundle? Older { get; set; }

    internal bool IsReferenced => Volatile.Read(ref _references) != 0;

    internal int BufferBytes => _buffer.Length;

    /// <summary>Where the one who rented it writes the entries, before it is shared.</summary>
    internal Span<byte> Buffer => _buffer.AsSpan(0, RawBytes);

    /// <summary>Where he writes their offsets: one more than there are entries.</summary>
    internal Span<int> Offsets => _offsets.AsSpan(0, Entries + 1);

    /// <summary>One entry, without its length prefix: the bytes as hashed.</summary>
    public ReadOnlySpan<byte> Entry(int slot)
    {
        Invariant.That((uint)slot < (uint)Entries, "the slot is one of the bundle's entries");
        int start = _offsets[slot] + Format.BlockFormat.EntryPrefixBytes;
        return _buffer.AsSpan(start, _offsets[slot + 1] - start);
    }

    /// <summary>A run of entries in bundle encoding.</summary>
    public ReadOnlySpan<byte> Range(int slot, int count)
    {
        Invariant.That(slot >= 0 && count >= 0 && slot <= Entries - count, "the range is in the bundle");
        return _buffer.AsSpan(_offsets[slot].._offsets[slot + count]);
    }

    /// <summary>Begins a life: what it will hold, and one reference for who rented it.</summary>
    internal void Begin(uint ledgerId, long firstIndex, int entries, int rawBytes)
    {
        Invariant.That(_references == 0 && rawBytes <= _buffer.Length, "a rented bundle is unused and large enough");
        LedgerId = ledgerId;
        FirstIndex = firstIndex;
        Entries = entries;
        RawBytes = rawBytes;
        Volatile.Write(ref _references, 1);
    }

    /// <summary>Adds a reference. Only who holds one, or the gate of the shard that does, may add one.</summary>
    internal void AddReference()
    {
        int references = Interlocked.Increment(ref _references);
        Invariant.That(references > 1, "a bundle that nobody holds is not revived");
    }

    /// <summary>Gives a reference back; the last one gives the memory back.</summary>
    internal void Release()
    {
        int references = Interlocked.Decrement(ref _references);
        Invariant.That(references >= 0, "a lease is returned once");
        if (references == 0)
        {
            _pool.Return(this);
        }
    }
}
