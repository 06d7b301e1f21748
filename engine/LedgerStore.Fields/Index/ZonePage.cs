// The page of a field of times or numbers: the smallest and largest value in each bundle that has any. It is page 0 of
// the field; the others are empty.
//
//   set of the bundles, 32 B | for each of them, ascending: smallest, 8 B; largest, 8 B        i64 micros or f64
//
// Pure.

using System.Buffers.Binary;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Reads zone pages.</summary>
internal static class ZonePage
{
    /// <summary>The page of the field that it is.</summary>
    public const int Number = 0;

    public const int RowBytes = 2 * sizeof(long);

    /// <summary>The bundles in which some value may be in the range of a clause.</summary>
    /// <exception cref="MalformedDataException">The bytes are no zone page.</exception>
    public static BundleSet Find(ReadOnlySpan<byte> page, BoundClause clause)
    {
        BundleSet found = default;
        if (page.IsEmpty)
        {
            return found;
        }

        BundleSet bundles = page.Length < BundleSet.Bytes ? default : BundleSet.Read(page);
        if (bundles.Count == 0 || page.Length != BundleSet.Bytes + (bundles.Count * RowBytes))
        {
            throw new MalformedDataException($"{page.Length} bytes are no zone page", 0);
        }

        int at = BundleSet.Bytes;
        for (int bundle = 0; bundle < EntryBounds.BundlesPerSegment; bundle++)
        {
            if (!bundles.Has(bundle))
            {
                continue;
            }

            long smallest = BinaryPrimitives.ReadInt64LittleEndian(page[at..]);
            long largest = BinaryPrimitives.ReadInt64LittleEndian(page[(at + sizeof(long))..]);
            if (!Zone.IsRange(clause.Kind, smallest, largest))
            {
                throw new MalformedDataException($"the zone of bundle {bundle} is no range", at);
            }

            if (clause.MayBeWithin(smallest, largest))
            {
                found.Add(bundle);
            }

            at += RowBytes;
        }

        return found;
    }
}
