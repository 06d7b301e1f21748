// What the attacker does to a complete segment whose payload he wants to be rid of: the file is written again with all
// hashes and right checksums, and says that the payload expired, or is elsewhere. Stateless.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Tamper;

internal static class PayloadThief
{
    /// <summary>Takes the payload of some bundles out of a file.</summary>
    /// <param name="target">Where the file without it goes; may be the same.</param>
    /// <returns>The lengths of the file before and after.</returns>
    public static (long Before, long After) Strip(
        string path, string target, in SegmentIdentity identity, Range bundles, BlockPayload payload)
    {
        LinuxFileSystem files = new();
        (int from, int count) = bundles.GetOffsetAndLength(256);
        List<byte[]> blocks = [];
        Hash256[] roots = new Hash256[256];
        Hash256[] tile = new Hash256[256];
        Hash256[] scratch = new Hash256[256];
        long before;
        using (IFile file = files.Open(path, FileAccessMode.ReadOnly))
        {
            before = file.Length;
            SegmentScan scan = SegmentScan.Run(file, identity, 65_536);
            for (int bundle = 0; bundle < 256; bundle++)
            {
                scan.Blocks.TryFind(bundle, out DirectoryRow row);
                byte[] block = new byte[row.StoredBytes];
                file.Read(row.Offset, block);
                BlockPlace place = new(path, row.Offset, row.StoredBytes);
                BlockHeader header = BlockDecoder.ReadHeader(
                    block, new BlockIdentity(identity.LedgerId, identity.Segment, bundle), place);
                BlockDecoder.ReadTile(block.AsSpan(header.TileOffset, header.TileBytes), header, place, tile);
                roots[bundle] = Sha256Batch.PerfectRoot(tile, scratch);
                blocks.Add(bundle >= from && bundle < from + count ? Without(block, header, payload) : block);
            }
        }

        File.Delete(path);
        using FilePool pool = new(files, 4);
        using OpenSegment open = OpenSegment.Create(
            pool, Path.GetDirectoryName(target)!, identity, createdMicros: 1, Path.GetFileName(target));
        blocks.ForEach(block => open.Append(block));
        open.WriteFooter(roots, Sha256Batch.PerfectRoot(roots, scratch));
        open.SyncAndSeal();
        return (before, open.Length);
    }

    public static SegmentIdentity IdentityOf(string path, UInt128 storeId, uint ledger) =>
        StorePaths.TryParseSegment(Path.GetFileName(path), out long segment, out uint generation)
            ? new SegmentIdentity(storeId, ledger, segment, generation)
            : throw new InvalidOperationException($"'{path}' is no segment file");

    private static byte[] Without(byte[] block, in BlockHeader header, BlockPayload payload)
    {
        byte[] room = new byte[header.BlockBytes];
        return room[..BlockStrip.Strip(block, header, payload, room)];
    }
}
