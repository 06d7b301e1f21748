// The segment being written: appended, opened again, copied, completed, damaged.

using System.Runtime.Versioning;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

[SupportedOSPlatform("linux")]
public sealed class OpenSegmentTests : IDisposable
{
    private static readonly SegmentIdentity s_identity = new(StoreId: 99, LedgerId: 7, Segment: 3, Generation: 1);

    private readonly TempDirectory _directory = new();
    private readonly FilePool _pool = new(new LinuxFileSystem(), openMax: 4);

    public void Dispose()
    {
        _pool.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_new_file_is_private_and_holds_nothing()
    {
        using OpenSegment segment = Create(s_identity);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(segment.Path));
        Assert.Equal((0, 0, 64L), (segment.Entries, segment.FullBundles, segment.Length));
        Assert.False(segment.TryFindRow(0, out _));
    }

    [Fact]
    public void Blocks_are_found_where_they_were_appended()
    {
        using OpenSegment segment = Create(s_identity);
        byte[] first = Block(0, 256);
        Assert.Equal(64, segment.Append(first));
        Assert.Equal(64 + first.Length, segment.Append(Block(1, 10)));

        Assert.Equal((266, 1), (segment.Entries, segment.FullBundles));
        AssertHolds(segment, 0, 256);
        AssertHolds(segment, 1, 10);
        Assert.False(segment.TryFindRow(2, out _));
    }

    [Fact]
    public void A_longer_block_supersedes_a_partial_one()
    {
        using OpenSegment segment = Create(s_identity);
        segment.Append(Block(0, 3));
        segment.Append(Block(0, 200));
        AssertHolds(segment, 0, 200);
        segment.Append(Block(0, 256));
        AssertHolds(segment, 0, 256);
        Assert.Equal(1, segment.FullBundles);
    }

    [Fact]
    public void Blocks_out_of_order_or_of_other_segments_are_our_bug()
    {
        using OpenSegment segment = Create(s_identity);
        segment.Append(Block(0, 10));
        Assert.Throws<InvariantException>(() => segment.Append(Block(1, 256)));
        Assert.Throws<InvariantException>(() => segment.Append(Block(0, 10)));
        Assert.Throws<InvariantException>(() => segment.Append(Bundles.AuditBlock(new(8, 3, 0), 11)));
        Assert.Throws<InvariantException>(() => segment.Append(Bundles.AuditBlock(new(7, 4, 0), 11)));
        AssertHolds(segment, 0, 10);
    }

    [Fact]
    public void Opened_again_it_goes_on()
    {
        using (OpenSegment segment = Create(s_identity))
        {
            segment.Append(Block(0, 256));
            segment.Append(Block(1, 5));
            segment.Append(Block(1, 9));
            segment.Sync();
        }

        using OpenSegment again = Reopen(256 + 9);
        Assert.Null(again.Damage);
        Assert.Equal((265, 1), (again.Entries, again.FullBundles));
        AssertHolds(again, 0, 256);
        AssertHolds(again, 1, 9);
        again.Append(Block(1, 256));
        AssertHolds(again, 1, 256);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 256)]
    [InlineData(256, 256)]
    [InlineData(257, 261)]
    [InlineData(261, 261)]
    [InlineData(262, 265)]
    [InlineData(265, 265)]
    [InlineData(266, 512)]
    public void Only_blocks_that_are_needed_for_the_trusted_entries_are_taken(int trusted, int found)
    {
        using (OpenSegment segment = Create(s_identity))
        {
            segment.Append(Block(0, 256));
            segment.Append(Block(1, 5));
            segment.Append(Block(1, 9));
            segment.Append(Block(1, 256));
        }

        using OpenSegment again = Reopen(trusted);
        Assert.Null(again.Damage);
        Assert.Equal(found, again.Entries);
    }

    [Fact]
    public void What_is_behind_the_trusted_blocks_is_cut_by_the_next_append()
    {
        using (OpenSegment segment = Create(s_identity))
        {
            segment.Append(Block(0, 256));
            segment.Append(Block(1, 256));
            segment.Append(Block(2, 256));
        }

        using (OpenSegment again = Reopen(256))
        {
            again.Append(Block(1, 2));
            Assert.Equal(again.Length, new FileInfo(again.Path).Length);
        }

        using OpenSegment third = Reopen(258);
        Assert.Null(third.Damage);
        AssertHolds(third, 1, 2);
    }

    [Fact]
    public void Missing_trusted_entries_are_damage_and_the_rest_can_be_read()
    {
        using (OpenSegment segment = Create(s_identity))
        {
            segment.Append(Block(0, 256));
            segment.Append(Block(1, 256));
        }

        using OpenSegment again = Reopen(513);
        Assert.NotNull(again.Damage);
        Assert.Equal(again.Length, again.Damage.Offset);
        AssertHolds(again, 1, 256);
        Assert.Throws<InvariantException>(() => again.Append(Block(2, 1)));
    }

    [Fact]
    public void A_file_of_another_segment_is_damage()
    {
        using (OpenSegment segment = Create(s_identity))
        {
            segment.Append(Block(0, 256));
        }

        File.Move(
            Path.Combine(_directory.Path, "000000000003.1.seg"),
            Path.Combine(_directory.Path, "000000000003.2.seg"));
        using OpenSegment moved = OpenSegment.Reopen(
            _pool, _directory.Path, s_identity with { Generation = 2 }, FileAccessMode.ReadWrite, Size(256));
        Assert.NotNull(moved.Damage);
        Assert.Equal(0, moved.Entries);
    }

    [Fact]
    public void Full_blocks_are_copied_into_a_new_generation()
    {
        using OpenSegment old = Create(s_identity);
        old.Append(Block(0, 4));
        old.Append(Block(0, 256));
        old.Append(Block(1, 256));
        old.Append(Block(2, 17));

        using OpenSegment copy = Create(s_identity with { Generation = 2 });
        copy.CopyFullBlocksFrom(old, 2);
        Assert.Equal(512, copy.Entries);
        AssertHolds(copy, 0, 256);
        AssertHolds(copy, 1, 256);
        Assert.Equal(64 + Block(0, 256).Length + Block(1, 256).Length, copy.Length);
    }

    [Fact]
    public void A_damaged_block_is_not_copied()
    {
        using OpenSegment old = Create(s_identity);
        old.Append(Block(0, 256));
        long second = old.Append(Block(1, 256));
        for (int offset = 0; offset < Block(1, 256).Length; offset += 37)
        {
            Change(old.Path, second + offset);
            using OpenSegment copy = Create(s_identity with { Generation = (uint)(offset + 2) });
            Assert.Throws<BlockDamagedException>(() => copy.CopyFullBlocksFrom(old, 2));
            Assert.Equal(256, copy.Entries);
            Change(old.Path, second + offset);
        }
    }

    [Fact]
    public void A_complete_segment_is_sealed_read_only()
    {
        using OpenSegment segment = Create(s_identity);
        for (int bundle = 0; bundle < 256; bundle++)
        {
            segment.Append(Block(bundle, 256));
        }

        Hash256[] roots = Roots();
        segment.WriteFooter(roots, Bundles.Root(roots));
        segment.SyncAndSeal();

        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(segment.Path));
        byte[] file = File.ReadAllBytes(segment.Path);
        SegmentFooter footer = SegmentFooter.Read(file.AsSpan(^SegmentFormat.FooterBytes..), s_identity, file.Length);
        Assert.Equal(Bundles.Root(roots), footer.Root);
        Assert.Equal(Bundles.Micros(3 * 65_536), footer.FirstMicros);
        Assert.Equal(Bundles.Micros((4 * 65_536) - 1), footer.LastMicros);
        Assert.Throws<InvariantException>(() => segment.WriteFooter(roots, roots[0]));
    }

    [Fact]
    public void An_incomplete_segment_gets_no_footer()
    {
        using OpenSegment segment = Create(s_identity);
        segment.Append(Block(0, 256));
        Assert.Throws<InvariantException>(() => segment.WriteFooter(new Hash256[256], default));
        Assert.Throws<InvariantException>(segment.SyncAndSeal);
    }

    /// <summary>Opening trusts headers only; reading the blocks finds the rest.</summary>
    [Fact]
    public void Every_changed_zeroed_or_missing_byte_of_an_open_segment_is_detected_or_harmless()
    {
        using (OpenSegment segment = Create(s_identity))
        {
            segment.Append(Block(0, 3));
            segment.Append(Block(0, 256));
            segment.Append(Block(1, 6));
        }

        string path = Path.Combine(_directory.Path, "000000000003.1.seg");
        byte[] sound = File.ReadAllBytes(path);
        (byte[], Hash256[])[] expected = [.. Enumerable.Range(0, 2).Select(Expected)];
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        int detected = 0;
        for (int i = 0; i < sound.Length; i++)
        {
            RandomAccess.Write(file.SafeFileHandle, [(byte)(sound[i] ^ (1 << (i % 8)))], i);
            detected += OpensDamagedOrReadsRight(expected) ? 1 : 0;
            RandomAccess.Write(file.SafeFileHandle, [0], i);
            _ = i % 8 == 0 && OpensDamagedOrReadsRight(expected);
            RandomAccess.Write(file.SafeFileHandle, [sound[i]], i);
        }

        for (int length = sound.Length - 1; length >= 0; length -= 16)
        {
            file.SetLength(length);
            using (OpenSegment cut = Reopen(262))
            {
                Assert.NotNull(cut.Damage);
            }

            Assert.True(OpensDamagedOrReadsRight(expected), $"cut at {length}");
        }

        // Harmless: the superseded block's chunk and tile, and padding.
        Assert.True(detected > sound.Length - 400, $"changes of {detected} of {sound.Length} bytes were detected");
    }

    [Fact]
    public void More_segments_than_open_files()
    {
        OpenSegment[] segments = [.. Enumerable.Range(0, 20).Select(i => Create(s_identity with { Segment = i }))];
        for (int bundle = 0; bundle < 3; bundle++)
        {
            foreach (OpenSegment segment in segments)
            {
                segment.Append(Bundles.AuditBlock(new(7, segment.Identity.Segment, bundle), 256));
                Assert.InRange(_pool.OpenCount, 1, 4);
            }
        }

        foreach (OpenSegment segment in segments)
        {
            AssertHolds(segment, 2, 256);
            segment.Dispose();
            Assert.False(segment.TryEnter(out _));
        }

        Assert.Equal(0, _pool.OpenCount);
    }

    private static long Size(int entries) => (3 * 65_536) + entries;

    private static byte[] Block(int bundle, int entries) => Bundles.AuditBlock(new(7, 3, bundle), entries);

    private static Hash256[] Roots()
    {
        Hash256[] roots = new Hash256[256];
        for (int bundle = 0; bundle < 256; bundle++)
        {
            byte[] bytes = Bundles.Encode(Bundles.Audit(new BlockIdentity(7, 3, bundle).FirstIndex, 256));
            roots[bundle] = Bundles.Root(Bundles.Leaves(bytes, 256));
        }

        return roots;
    }

    private static void Change(string path, long offset)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = offset;
        int value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 1));
    }

    private static void AssertHolds(OpenSegment segment, int bundle, int entries)
    {
        BlockIdentity identity = new(7, segment.Identity.Segment, bundle);
        Assert.Equal(
            Bundles.Encode(Bundles.Audit(identity.FirstIndex, entries)),
            Read(segment, identity).Bundle);
    }

    private static (byte[] Bundle, Hash256[] Leaves) Read(OpenSegment segment, in BlockIdentity identity)
    {
        Assert.True(segment.TryEnter(out SegmentAccess access));
        try
        {
            Assert.True(access.TryFind(identity.Bundle, out BlockPlace place));
            ReadOnlySpan<byte> block = access.Bytes(place.Offset, place.Length);
            BlockHeader header = BlockDecoder.ReadHeader(block, identity, place);
            byte[] bundle = new byte[header.RawBytes];
            BlockDecoder.Decode(block, header, place, bundle, new int[header.Entries + 1]);
            Hash256[] leaves = new Hash256[header.Entries];
            BlockDecoder.ReadTile(block.Slice(header.TileOffset, header.TileBytes), header, place, leaves);
            return (bundle, leaves);
        }
        finally
        {
            access.Dispose();
        }
    }

    private static (byte[] Bundle, Hash256[] Leaves) Expected(int bundle)
    {
        byte[] bytes = Bundles.Encode(Bundles.Audit(new BlockIdentity(7, 3, bundle).FirstIndex, 256));
        return (bytes, Bundles.Leaves(bytes, 256));
    }

    private bool OpensDamagedOrReadsRight((byte[] Bundle, Hash256[] Leaves)[] expected)
    {
        using OpenSegment segment = Reopen(262);
        bool isDetected = segment.Damage is not null;
        Assert.True(isDetected || segment.Entries == 262);
        for (int bundle = 0; bundle < 2 && segment.TryFindRow(bundle, out _); bundle++)
        {
            try
            {
                (byte[] read, Hash256[] leaves) = Read(segment, new(7, 3, bundle));
                Assert.True(expected[bundle].Bundle.AsSpan().StartsWith(read));
                Assert.True(expected[bundle].Leaves.AsSpan().StartsWith(leaves));
            }
            catch (BlockDamagedException)
            {
                isDetected = true;
            }
        }

        return isDetected;
    }

    private OpenSegment Create(in SegmentIdentity identity) =>
        OpenSegment.Create(_pool, _directory.Path, identity, createdMicros: 5);

    private OpenSegment Reopen(int trustedEntries) => OpenSegment.Reopen(
        _pool, _directory.Path, s_identity, FileAccessMode.ReadWrite, Size(trustedEntries));
}
