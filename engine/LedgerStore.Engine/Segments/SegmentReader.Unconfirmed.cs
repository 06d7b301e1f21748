// SegmentReader: bundles whose file says, without anybody's word for it, that their payload has gone. What is not
// confirmed is not followed: if another file of the segment still has the payload, it is served from there, once it was
// found to have the hashes that the ledger has. A slow path, for a directory that somebody edited.

using System.Diagnostics.CodeAnalysis;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

internal sealed partial class SegmentReader
{
    /// <summary>The payload of a bundle that the present file lacks, from another file of the segment.</summary>
    private bool TryFindLeftBehind(
        SegmentSource present, in BlockIdentity identity, [NotNullWhen(true)] out DecodedBundle? bundle)
    {
        bundle = null;
        Hash256[] leaves = new Hash256[StoreLimits.EntriesPerBundle];
        if (Expired.Has(identity.FirstIndex) || ReadLeaves(identity.BundleIndex, leaves) != leaves.Length)
        {
            return false;
        }

        string directory = System.IO.Path.GetDirectoryName(present.Path)!;
        foreach (string name in services.Files.FileSystem.List(directory).OrderDescending(StringComparer.Ordinal))
        {
            bool isOther = (StorePaths.TryParseSegment(name, out long segment, out uint generation)
                    || StorePaths.TryParseTiles(name, out segment, out generation))
                && segment == identity.Segment
                && name != System.IO.Path.GetFileName(present.Path);
            if (isOther && TryRead($"{directory}/{name}", present.Identity with { Generation = generation }, identity,
                leaves, out bundle))
            {
                return true;
            }
        }

        return false;
    }

    private bool TryRead(
        string path,
        in SegmentIdentity file,
        in BlockIdentity identity,
        ReadOnlySpan<Hash256> leaves,
        [NotNullWhen(true)] out DecodedBundle? bundle)
    {
        bundle = null;
        try
        {
            using IFile left = services.Files.FileSystem.Open(path, FileAccessMode.ReadOnly);
            SegmentScan scan = SegmentScan.Run(left, file, StoreLimits.EntriesPerSegment);
            if (!scan.Blocks.TryFind(identity.Bundle, out DirectoryRow row))
            {
                return false;
            }

            byte[] block = new byte[row.StoredBytes];
            BlockPlace place = new(path, row.Offset, row.StoredBytes);
            int read = left.Read(row.Offset, block);
            BlockHeader header = BlockDecoder.ReadHeader(block.AsSpan(0, read), identity, place);
            if (header.Payload != BlockPayload.Here || header.IsPartial)
            {
                return false;
            }

            DecodedBundle found = services.Pool.Rent(ledgerId, identity.FirstIndex, header.Entries, header.RawBytes);
            Hash256[] hashes = new Hash256[header.Entries];
            try
            {
                BlockDecoder.Decode(block, header, place, found.Buffer, found.Offsets);
                Sha256Batch.HashBundle(found.Bytes, hashes);
                bundle = leaves.SequenceEqual(hashes) ? found : null;
            }
            finally
            {
                if (bundle is null)
                {
                    found.Release();
                }
            }

            return bundle is not null;
        }
        catch (Exception damaged) when (damaged is BlockDamagedException or StorageException or MalformedDataException)
        {
            // A file that nothing names owes nobody anything.
            return false;
        }
    }
}
