// Entries as a reader gets them: a run out of one bundle, in the bundle encoding of the public format.
// Valid until the reader asks for the next slice; any thread, one at a time.
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine;

/// <summary>Consecutive entries.</summary>
public readonly struct EntrySlice
{
    private readonly BundleLease _lease;
    private readonly int _slot;

    internal EntrySlice(BundleLease lease, int slot, int count)
    {
        _lease = lease;
        _slot = slot;
        Count = count;
    }

    /// <summary>The index of its first entry.</summary>
    public long FirstIndex => _lease.FirstIndex + _slot;

    public int Count { get; }

    /// <summary>The entries in C2SP bundle encoding: for each a u16 big-endian length, then its bytes as
    /// hashed.</summary>
    public ReadOnlySpan<byte> Bundle => _lease.Range(_slot, Count);

    /// <summary>The bytes of one entry: a serialized <c>ledgerstore.v1.Entry</c>, exactly as hashed.</summary>
    public ReadOnlySpan<byte> Entry(int number) =>
        (uint)number < (uint)Count
            ? _lease.Entry(_slot + number)
            : throw new ArgumentOutOfRangeException(nameof(number), number, $"the slice has {Count} entries");

    /// <summary>The record that was appended, out of its entry.</summary>
    public ReadOnlySpan<byte> Record(int number) => EntryView.Parse(Entry(number)).Payload;
}
