// The smallest and largest values of each bundle while an index is built, and the page that is written of them.
// Owned by one thread.

using System.Buffers.Binary;

namespace LedgerStore.Fields;

/// <summary>The zones of one field.</summary>
internal sealed class ZoneTable(int field, FieldKind kind)
{
    private readonly Zone[] _zones = new Zone[EntryBounds.BundlesPerSegment];
    private BundleSet _bundles;

    public int Field { get; } = field;

    public FieldKind Kind { get; } = kind;

    /// <summary>The zone of the segment; null when no entry has the field.</summary>
    public Zone? Whole { get; private set; }

    public void Add(int bundle, long bits)
    {
        _zones[bundle] = _bundles.Has(bundle) ? _zones[bundle].With(Kind, bits) : new Zone(Field, bits, bits);
        _bundles.Add(bundle);
        Whole = Whole?.With(Kind, bits) ?? _zones[bundle];
    }

    /// <summary>Writes the page and forgets the zones.</summary>
    public void Take(List<byte> to)
    {
        if (Whole is null)
        {
            return;
        }

        Span<byte> set = stackalloc byte[BundleSet.Bytes];
        _bundles.Write(set);
        to.AddRange(set);
        Span<byte> row = stackalloc byte[ZonePage.RowBytes];
        for (int bundle = 0; bundle < _zones.Length; bundle++)
        {
            if (_bundles.Has(bundle))
            {
                BinaryPrimitives.WriteInt64LittleEndian(row, _zones[bundle].Smallest);
                BinaryPrimitives.WriteInt64LittleEndian(row[sizeof(long)..], _zones[bundle].Largest);
                to.AddRange(row);
            }
        }

        _bundles = default;
        Whole = null;
    }
}
