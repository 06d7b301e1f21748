// Writes a complete segment again, as another generation: denser, without what expired, or without any payload.
// Owned by the tiering thread. Nothing refers to the new file until its record is committed to state.log.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Tiering;

/// <summary>Makes the new file bundle by bundle.</summary>
internal sealed class SegmentRewriter : IDisposable
{
    private readonly SegmentServices _services;
    private readonly SealedSegment _source;
    private readonly ExpiredRanges _expired;
    private readonly SegmentForm _form;
    private readonly Func<BlockEncoder> _encoder;
    private readonly OpenSegment _target;
    private readonly Hash256[] _tile = new Hash256[StoreLimits.EntriesPerBundle];
    private readonly int[] _offsets = new int[StoreLimits.EntriesPerBundle + 1];
    private byte[] _raw = [];
    private byte[] _block = [];
    private int _withPayload;

    /// <param name="encoder">Asked for each block of the dense form.</param>
    public SegmentRewriter(
        SegmentServices services,
        SealedSegment source,
        ExpiredRanges expired,
        SegmentForm form,
        uint generation,
        long nowMicros,
        Func<BlockEncoder> encoder)
    {
        _services = services;
        _source = source;
        _expired = expired;
        _form = form;
        _encoder = encoder;
        SegmentIdentity identity = source.Identity with { Generation = generation };
        long first = SegmentFormat.FirstIndex(identity.Segment);
        bool isAllGone = expired.HasAll(first, first + StoreLimits.EntriesPerSegment);
        bool isTilesOnly = form == SegmentForm.HashesOnly || isAllGone || source.Facts.Tier.IsTilesOnly();
        _target = OpenSegment.Create(
            services.Files,
            System.IO.Path.GetDirectoryName(source.Path)!,
            identity,
            nowMicros,
            isTilesOnly
                ? StorePaths.TilesName(identity.Segment, generation)
                : StorePaths.SegmentName(identity.Segment, generation));
    }

    public string Path => _target.Path;

    public int BundlesDone => _target.FullBundles;

    /// <summary>Writes the next bundle's block.</summary>
    /// <returns>Bytes that were read and written, for the throttle.</returns>
    /// <exception cref="BlockDamagedException">The source is damaged: it stays as it is.</exception>
    public int WriteNext()
    {
        int bundle = _target.FullBundles;
        BlockIdentity identity = new(_source.Identity.LedgerId, _source.Identity.Segment, bundle);
        if (!_source.TryEnter(out SegmentAccess access))
        {
            throw new StoreException(StoreReason.Closed, "the segment was closed while it was written again");
        }

        try
        {
            access.TryFind(bundle, out BlockPlace place);
            ReadOnlySpan<byte> block = access.Bytes(place.Offset, place.Length);
            BlockHeader header = BlockDecoder.ReadHeader(block, identity, place);
            BlockDecoder.CheckStored(block, header, place);
            ReadOnlySpan<byte> next = Transform(block, header, place, identity);
            _target.Append(next);
            return block.Length + next.Length;
        }
        finally
        {
            access.Dispose();
        }
    }

    /// <summary>Completes the file and makes it durable.</summary>
    public void Complete(ReadOnlySpan<Hash256> bundleRoots)
    {
        _target.WriteFooter(bundleRoots, _source.Facts.Root);
        _target.SyncAndSeal();
    }

    /// <summary>Reads the file back, hashes what is in it, and compares it with the root.</summary>
    /// <returns>What the ledger's list says of it from now on.</returns>
    /// <exception cref="BlockDamagedException">It is not what was written.</exception>
    public SealedFacts Verify(SegmentVerifier verifier)
    {
        using IFile file = _services.Files.FileSystem.Open(Path, FileAccessMode.ReadOnly);
        SegmentVerdict verdict = verifier.Verify(file, _target.Identity, _source.Facts.Root);
        if (verdict.Finding is { } finding)
        {
            throw new BlockDamagedException(Path, finding.Offset, finding.Evidence);
        }

        Invariant.That(verdict.Root == _source.Facts.Root, "a file without a finding has the root");
        return _source.Facts with
        {
            Identity = _target.Identity,
            Path = Path,
            FileLength = _target.Length,
            Tier = _form == SegmentForm.HashesOnly && _withPayload > 0 ? SegmentTier.Cold
                : _withPayload == 0 ? SegmentTier.Expired
                : _form == SegmentForm.Dense ? SegmentTier.Warm
                : _source.Facts.Tier,
        };
    }

    /// <summary>Closes the file; the next reader maps it.</summary>
    public void Dispose() => _target.Dispose();

    private ReadOnlySpan<byte> Transform(
        ReadOnlySpan<byte> block, in BlockHeader header, in BlockPlace place, in BlockIdentity identity)
    {
        if (header.Payload == BlockPayload.Expired || _expired.Has(identity.FirstIndex))
        {
            return Strip(block, header, BlockPayload.Expired);
        }

        _withPayload++;
        return header.Payload == BlockPayload.Elsewhere || _form == SegmentForm.Same ? block
            : _form == SegmentForm.HashesOnly ? Strip(block, header, BlockPayload.Elsewhere)
            : Recompress(block, header, place);
    }

    private ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> block, in BlockHeader header, BlockPayload payload)
    {
        Span<byte> room = Room(ref _block, header.BlockBytes);
        return room[..BlockStrip.Strip(block, header, payload, room)];
    }

    private ReadOnlySpan<byte> Recompress(ReadOnlySpan<byte> block, in BlockHeader header, in BlockPlace place)
    {
        Span<byte> raw = Room(ref _raw, header.RawBytes);
        BlockDecoder.Decode(block, header, place, raw, _offsets);
        BlockDecoder.ReadTile(block.Slice(header.TileOffset, header.TileBytes), header, place, _tile);
        Span<byte> room = Room(ref _block, BlockEncoder.BlockBytesBound(header.RawBytes, header.Entries));
        int length = _encoder().Encode(
            header.Identity, raw, _tile, header.FirstMicros, header.LastMicros, room);
        return room[..length];
    }

    private static Span<byte> Room(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(length, buffer.Length * 2));
        }

        return buffer.AsSpan(0, length);
    }
}
