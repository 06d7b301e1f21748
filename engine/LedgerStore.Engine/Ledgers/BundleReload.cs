// Reads bundles of a segment file back into memory: a ledger goes on where its files end.
// Stateless. The bundler's thread, or the one that opens the ledger.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Turns blocks back into what they were made of.</summary>
internal static class BundleReload
{
    /// <summary>The first entries of a bundle, with their hashes computed anew and compared with the block's
    /// tile.</summary>
    /// <exception cref="BlockDamagedException">The block is missing, damaged, or has fewer entries.</exception>
    public static OpenBundle Read(OpenLedger ledger, SegmentSource source, int bundle, int entries)
    {
        using SegmentAccess access = Enter(source);
        BlockPlace place = Find(source, access, bundle);
        ReadOnlySpan<byte> block = access.Bytes(place.Offset, place.Length);
        BlockHeader header = BlockDecoder.ReadHeader(block, IdentityOf(source, bundle), place);
        if (header.Entries < entries)
        {
            throw new BlockDamagedException(
                place.File, place.Offset, $"the block has {header.Entries} entries, {entries} were written");
        }

        byte[] raw = new byte[header.RawBytes];
        int[] offsets = new int[header.Entries + 1];
        BlockDecoder.Decode(block, header, place, raw, offsets);
        Hash256[] leaves = new Hash256[header.Entries];
        BlockDecoder.ReadTile(block.Slice(header.TileOffset, header.TileBytes), header, place, leaves);
        CheckLeaves(raw, leaves, place);

        OpenBundle open = new(ledger, header.Identity.FirstIndex);
        int last = offsets[entries - 1] + BlockFormat.EntryPrefixBytes;
        open.Restore(
            raw.AsSpan(0, offsets[entries]),
            leaves.AsSpan(0, entries),
            header.FirstMicros,
            BundleFormat.ReceivedMicros(raw.AsSpan(last, offsets[entries] - last)));
        return open;
    }

    /// <summary>The roots of the first bundles of a segment, all full, from their tiles.</summary>
    public static Hash256[] ReadRoots(SegmentSource source, int bundles)
    {
        Hash256[] roots = new Hash256[bundles];
        Hash256[] leaves = new Hash256[StoreLimits.EntriesPerBundle];
        Hash256[] scratch = new Hash256[StoreLimits.EntriesPerBundle];
        for (int bundle = 0; bundle < bundles; bundle++)
        {
            using SegmentAccess access = Enter(source);
            BlockPlace place = Find(source, access, bundle);
            ReadOnlySpan<byte> block = access.Bytes(place.Offset, place.Length);
            BlockHeader header = BlockDecoder.ReadHeader(block, IdentityOf(source, bundle), place);
            if (header.IsPartial)
            {
                throw new BlockDamagedException(place.File, place.Offset, "a block in the middle is not full");
            }

            BlockDecoder.ReadTile(block.Slice(header.TileOffset, header.TileBytes), header, place, leaves);
            roots[bundle] = Sha256Batch.PerfectRoot(leaves, scratch);
        }

        return roots;
    }

    private static void CheckLeaves(ReadOnlySpan<byte> raw, ReadOnlySpan<Hash256> leaves, in BlockPlace place)
    {
        Hash256[] computed = new Hash256[leaves.Length];
        Sha256Batch.HashBundle(raw, computed);
        if (!leaves.SequenceEqual(computed))
        {
            throw new BlockDamagedException(
                place.File, place.Offset, "the entries do not have the hashes of the block's tile");
        }
    }

    private static BlockIdentity IdentityOf(SegmentSource source, int bundle) =>
        new(source.Identity.LedgerId, source.Identity.Segment, bundle);

    private static BlockPlace Find(SegmentSource source, in SegmentAccess access, int bundle) =>
        access.TryFind(bundle, out BlockPlace place)
            ? place
            : throw new BlockDamagedException(source.Path, 0, $"the segment has no block of bundle {bundle}");

    private static SegmentAccess Enter(SegmentSource source) =>
        source.TryEnter(out SegmentAccess access)
            ? access
            : throw new BlockDamagedException(source.Path, 0, "the segment was closed");
}
