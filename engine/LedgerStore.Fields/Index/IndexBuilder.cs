// Builds the index of a segment from its bundles: one after the other, then the file. It knows nothing but the entries
// and the spec, so whoever has both builds the same bytes. Nothing is allocated for an entry. Owned by one thread; it
// can build one segment after the other.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Entries in, an index file out.</summary>
internal sealed class IndexBuilder
{
    private readonly FieldScanner _scanner;
    private readonly PostingList _postings = new();
    private readonly TermBatch _terms;
    private readonly ZoneTable?[] _zones;
    private readonly LastValue[] _last;
    private BundleSet _opaque;
    private int _next;

    public IndexBuilder(IndexSpec spec)
    {
        _scanner = new FieldScanner(spec);
        _terms = new TermBatch(spec, _postings);
        _last = [.. spec.Fields.Select(static _ => new LastValue())];
        _zones = [.. spec.Fields.Select(
            static (field, number) => field.IsZone ? new ZoneTable(number, field.Kind) : null)];
    }

    private IndexSpec Spec => _scanner.Spec;

    /// <summary>Adds the next bundle of the segment; a new segment begins with its bundle 0.</summary>
    /// <exception cref="MalformedDataException">It is no bundle of 256 entries; nothing can be built of it.</exception>
    public void Add(ReadOnlySpan<byte> bundle)
    {
        if (_next == EntryBounds.BundlesPerSegment)
        {
            throw new InvalidOperationException("a segment has 256 bundles; build its index");
        }

        if (_next == 0)
        {
            _terms.Key = TermKey.Of(Spec, bundle);
        }

        int slot = 0;
        foreach (ReadOnlySpan<byte> entry in EntryBundle.Parse(bundle, EntryBounds.EntriesPerBundle))
        {
            if (!_scanner.TryScan(entry))
            {
                throw new MalformedDataException($"entry {slot} of bundle {_next} is no entry", slot);
            }

            AddValues(_scanner.Values);
            slot++;
        }

        _next++;
    }

    /// <summary>The file of the segment whose 256 bundles were added.</summary>
    /// <param name="segmentRoot">The root over its entries, which the caller has checked.</param>
    public byte[] Build(ulong segment, Hash256 segmentRoot)
    {
        if (_next != EntryBounds.BundlesPerSegment)
        {
            throw new InvalidOperationException($"a segment has 256 bundles, {_next} were added");
        }

        _terms.Flush();
        Zone[] zones = [.. _zones.Select(static table => table?.Whole).OfType<Zone>()];
        IndexPages pages = new(Spec);
        pages.AddTerms(_postings.Take());
        foreach (ZoneTable? table in _zones)
        {
            table?.Take(pages.Open(table.Field, ZonePage.Number));
        }

        BundleSet opaque = _opaque;
        TermKey key = _terms.Key;
        _opaque = default;
        _next = 0;
        foreach (LastValue last in _last)
        {
            last.Forget();
        }

        return pages.Write(key, (root, bytes) => new SegmentFacts(
            Spec.Fields.Length, Spec.Id, segment, segmentRoot, root, bytes, opaque, key.Commitment, zones));
    }

    private void AddValues(FieldValues values)
    {
        if (values.Opaque != OpaqueReason.None)
        {
            _opaque.Add(_next);
        }

        foreach (FieldValue value in values.All)
        {
            if (_zones[value.Field] is { } zone)
            {
                zone.Add(_next, value.Bits);
                continue;
            }

            ReadOnlySpan<byte> text = values.TextOf(value);
            if (_last[value.Field].IsSame(_next, text))
            {
                continue;
            }

            _terms.Add(value.Field, isPrefix: false, text, _next);
            string separators = Spec.Fields[value.Field].Prefix;
            for (int end = 0; (end = PrefixEnd.Next(separators, text, end)) > 0;)
            {
                _terms.Add(value.Field, isPrefix: true, text[..end], _next);
            }
        }
    }
}
