// SegmentAppender: the open segment written again without what expired in it. On the bundler's thread.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Ledgers;

internal sealed partial class SegmentAppender
{
    /// <summary>Goes on in a new generation of the open segment, which has no payload of expired bundles.</summary>
    /// <remarks>The flush that this is part of makes the file durable and then names it in state.log; a crash before
    /// that finds the old one, which is not touched. Tiering unlinks it when the new one is named.</remarks>
    public void StripExpired(ExpiredRanges expired)
    {
        if (_open is not { } old || !expired.HasPayloadIn(old, old.FullBundles))
        {
            return;
        }

        IFileSystem files = ground.Services.Files.FileSystem;
        string directory = ground.Paths.SegmentsDirectory(ledgerId);
        SegmentIdentity identity = old.Identity with { Generation = NextGeneration(files, directory) };
        OpenSegment next = OpenSegment.Create(ground.Services.Files, directory, identity, ground.Clock());
        try
        {
            Copy(old, next, expired);
        }
        catch
        {
            next.Dispose();
            files.Delete(next.Path);
            throw;
        }

        reader.Replace(next);
        _open = next;
        old.Dispose();
    }

    private static void Copy(OpenSegment old, OpenSegment next, ExpiredRanges expired)
    {
        byte[] room = new byte[BlockFormat.HeadBytesMax + SegmentFormat.TileBytes];
        Invariant.That(old.TryEnter(out SegmentAccess access), "the writer's own file is open");
        try
        {
            for (int bundle = 0; access.TryFind(bundle, out BlockPlace place); bundle++)
            {
                BlockIdentity identity = new(next.Identity.LedgerId, next.Identity.Segment, bundle);
                ReadOnlySpan<byte> block = access.Bytes(place.Offset, place.Length);
                BlockHeader header = BlockDecoder.ReadHeader(block, identity, place);
                BlockDecoder.CheckStored(block, header, place);
                bool goes = header.Payload == BlockPayload.Here && !header.IsPartial
                    && expired.Has(identity.FirstIndex);
                next.Append(goes
                    ? room.AsSpan(0, BlockStrip.Strip(block, header, BlockPayload.Expired, room))
                    : block);
            }
        }
        finally
        {
            access.Dispose();
        }
    }
}
