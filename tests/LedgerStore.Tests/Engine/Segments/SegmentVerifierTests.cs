// The verifier recomputes everything and names the first thing that is wrong, also when every checksum was made right.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public sealed class SegmentVerifierTests : IDisposable
{
    private readonly SegmentStore _store = new();
    private readonly SegmentVerifier _verifier = new();
    private readonly byte[] _file;
    private readonly SealedFacts _facts;

    public SegmentVerifierTests() => (_file, _facts) = ([.. SegmentStore.Sealed(2).File], SegmentStore.Sealed(2).Facts);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_sound_segment_has_the_root_of_its_entries()
    {
        SegmentVerdict verdict = Verify(_facts.Root);
        Assert.Null(verdict.Finding);
        Assert.Equal((_facts.Root, 65_536L), (verdict.Root, verdict.Entries));
    }

    [Fact]
    public void Changed_bytes_are_a_finding_for_their_bundle()
    {
        long offset = Row(30).Offset + 200;
        _file[offset] ^= 1;
        SegmentFinding finding = Verify(_facts.Root).Finding!;
        Assert.Equal((First(30), 256L), (finding.FirstIndex, finding.Count));
        Assert.Contains("checksum", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_entry_is_named()
    {
        // Entry 77 of bundle 30 says something else, and all checksums of the file are right.
        Rewrite(30, (entries, _) => entries[77][^1] ^= 1);
        SegmentFinding finding = Verify(_facts.Root).Finding!;
        Assert.Equal((First(30) + 77, 1L), (finding.FirstIndex, finding.Count));
        Assert.Contains("expected segment root", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_entry_with_a_forged_leaf_is_a_finding_for_its_bundle()
    {
        Rewrite(30, (entries, leaves) =>
        {
            entries[77][^1] ^= 1;
            leaves[77] = MerkleHash.Leaf(entries[77]);
        });
        SegmentFinding finding = Verify(_facts.Root).Finding!;
        Assert.Equal((First(30), 256L), (finding.FirstIndex, finding.Count));
        Assert.Contains("commits to", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_tile_is_not_blamed_on_its_entries()
    {
        Rewrite(30, (_, leaves) => leaves[5] = default);
        SegmentFinding finding = Verify(_facts.Root).Finding!;
        Assert.Equal((First(30), 256L), (finding.FirstIndex, finding.Count));
        Assert.Contains("the tile is damaged, the entries are not", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_level_1_tile_is_found()
    {
        _file[^SegmentFormat.TrailerBytes] ^= 1;
        FixTrailer();
        SegmentFinding finding = Verify(_facts.Root).Finding!;
        Assert.Equal((First(0), 256L), (finding.FirstIndex, finding.Count));
        Assert.Contains("the level-1 tile commits to", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_exchanged_as_a_whole_is_found()
    {
        SegmentVerdict verdict = Verify(SegmentStore.Sealed(1).Facts.Root);
        Assert.Equal((First(0), 65_536L), (verdict.Finding!.FirstIndex, verdict.Finding.Count));
        Assert.Equal(_facts.Root, verdict.Root);
        Assert.Contains("exchanged as a whole", verdict.Finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_time_is_found()
    {
        Rewrite(30, (_, _) => { }, shiftMicros: 1);
        SegmentFinding finding = Verify(_facts.Root).Finding!;
        Assert.Equal(First(30), finding.FirstIndex);
        Assert.Contains("received", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_truncation_and_any_changed_byte_outside_of_padding_is_found()
    {
        Random random = new(12);
        for (int round = 0; round < 60; round++)
        {
            int at = random.Next(_file.Length);
            byte old = _file[at];
            _file[at] ^= 0x80;
            SegmentVerdict verdict = Verify(_facts.Root);
            Assert.True(verdict.Finding is not null || IsPadding(at), $"byte {at}");
            _file[at] = old;
        }

        foreach (int length in new[] { 0, 63, 64, 20_000, _file.Length - 8 })
        {
            Assert.NotNull(Verify(_facts.Root, length).Finding);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_finding()
    {
        _store.Write(_facts.Path, _file);
        _store.FileSystem.MakeUnreadable(_facts.Path, Row(200).Offset + 10, 1);
        using IFile file = _store.FileSystem.Open(_facts.Path, FileAccessMode.ReadOnly);
        SegmentVerdict verdict = _verifier.Verify(file, _facts.Identity, _facts.Root);
        Assert.Equal((First(200), 256L), (verdict.Finding!.FirstIndex, verdict.Finding.Count));
        Assert.Equal(200 * 256, verdict.Entries);
    }

    private static long First(int bundle) => (2 * 65_536) + (bundle * 256L);

    private SegmentVerdict Verify(Hash256 root) => Verify(root, _file.Length);

    private SegmentVerdict Verify(Hash256 root, int length)
    {
        _store.Write(_facts.Path, _file[..length]);
        using IFile file = _store.FileSystem.Open(_facts.Path, FileAccessMode.ReadOnly);
        return _verifier.Verify(file, _facts.Identity, root);
    }

    private bool IsPadding(int at)
    {
        for (int bundle = 0; bundle < 256; bundle++)
        {
            DirectoryRow row = Row(bundle);
            if (at >= row.Offset + row.StoredBytes - 8 && at < row.Offset + row.StoredBytes)
            {
                return true;
            }
        }

        return false;
    }

    private DirectoryRow Row(int bundle) => DirectoryRow.Read(
        _file.AsSpan(_file.Length - SegmentFormat.FooterBytes - SegmentFormat.DirectoryBytes + (bundle * 40)));

    /// <summary>Changes a bundle and makes a sound block of it, of the same length or shorter.</summary>
    private void Rewrite(int bundle, Action<byte[][], Hash256[]> change, int shiftMicros = 0)
    {
        byte[][] entries = [.. Enumerable.Range(0, 256).Select(i => SegmentStore.Entry(First(bundle) + i))];
        Hash256[] leaves = Bundles.Leaves(Bundles.Encode(entries), 256);
        change(entries, leaves);
        BlockEncoder encoder = new(Lz4Effort.Dense);
        byte[] bytes = Bundles.Encode(entries);
        byte[] block = new byte[BlockEncoder.BlockBytesBound(bytes.Length, 256)];
        DirectoryRow row = Row(bundle);
        int length = encoder.Encode(
            new BlockIdentity(7, 2, bundle),
            bytes,
            leaves,
            row.FirstMicros - shiftMicros,
            row.LastMicros,
            block);
        Assert.InRange(length, 1, row.StoredBytes);
        block.AsSpan(0, length).CopyTo(_file.AsSpan((int)row.Offset));
        BlockHeader.Read(block).ToRow(row.Offset).Write(
            _file.AsSpan(_file.Length - SegmentFormat.FooterBytes - SegmentFormat.DirectoryBytes + (bundle * 40)));
        FixTrailer();
    }

    private void FixTrailer()
    {
        int directory = _file.Length - SegmentFormat.FooterBytes - SegmentFormat.DirectoryBytes;
        SegmentFooter footer = SegmentFooter.Read(
            _file.AsSpan(^SegmentFormat.FooterBytes..), _facts.Identity, _file.Length);
        footer = footer with
        {
            TileCrc = Crc32C.Compute(_file.AsSpan(directory - SegmentFormat.TileBytes, SegmentFormat.TileBytes)),
            DirectoryCrc = Crc32C.Compute(_file.AsSpan(directory, SegmentFormat.DirectoryBytes)),
        };
        footer.Write(_file.AsSpan(^SegmentFormat.FooterBytes..));
    }
}
