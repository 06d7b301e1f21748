// A sealed segment that somebody or something changed: always an error for its range or harmless, never wrong bytes,
// never the end of the process.

using System.Globalization;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using LedgerStore.Tests.Simulation;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public sealed class SegmentDamageTests : IDisposable
{
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    // No cache: every read goes to the file.
    private readonly SegmentStore _store = new(mappedMax: 8, cacheBytes: 0, poolBytes: 1 << 20);

    public void Dispose() => _store.Dispose();

    /// <summary>Header and everything behind the blocks: checked when the file is mapped.</summary>
    [Fact]
    public void Every_changed_byte_of_the_frame_is_found_when_the_file_is_opened()
    {
        (byte[] file, SealedFacts facts) = SegmentStore.Sealed(0);
        using TempDirectory directory = new();
        facts = facts with { Path = Path.Combine(directory.Path, "segment") };
        File.WriteAllBytes(facts.Path, file);
        using SafeFileHandle handle = File.OpenHandle(
            facts.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        LinuxFileSystem fileSystem = new();
        long frame = file.Length - SegmentFormat.TrailerBytes;
        for (long i = 0; i < file.Length; i = i + 1 == SegmentFormat.HeaderBytes ? frame : i + 1)
        {
            RandomAccess.Write(handle, [(byte)(file[i] ^ (1 << (int)(i % 8)))], i);
            Assert.Throws<BlockDamagedException>(() => MappedSegment.Open(fileSystem, facts));
            if (file[i] != 0)
            {
                RandomAccess.Write(handle, [0], i);
                Assert.Throws<BlockDamagedException>(() => MappedSegment.Open(fileSystem, facts));
            }

            RandomAccess.Write(handle, [file[i]], i);
        }

        MappedSegment.Open(fileSystem, facts).Dispose();
    }

    /// <summary>Blocks: checked when they are read. Every byte with LEDGERSTORE_LONG=1, else of four blocks.</summary>
    [Fact]
    public void Every_changed_byte_of_a_block_is_detected_or_harmless()
    {
        SealedSegment segment = _store.AddSealed(0);
        (byte[] file, SealedFacts facts) = SegmentStore.Sealed(0);
        Hash256[] leaves = new Hash256[256];
        int undetected = 0;
        foreach (int bundle in s_isLong ? Enumerable.Range(0, 256) : [0, 1, 100, 255])
        {
            Assert.True(segment.TryEnter(out SegmentAccess access));
            access.TryFind(bundle, out BlockPlace place);
            access.Dispose();
            Hash256[] expected = Bundles.Leaves(SegmentStore.Bundle(bundle, 256), 256);
            for (long i = place.Offset; i < place.Offset + place.Length; i++)
            {
                _store.FileSystem.FlipBit(facts.Path, i, (int)(i % 8));
                bool detected = !_store.ReadsRight(bundle);
                detected |= !LeavesAreRight(bundle, leaves, expected);
                undetected += detected ? 0 : 1;
                _store.FileSystem.Overwrite(facts.Path, i, [file[i]]);
            }

            // Only the padding is harmless.
            Assert.InRange(undetected, 0, 8);
            undetected = 0;
        }
    }

    [Fact]
    public void A_file_that_was_cut_before_it_is_opened_is_refused()
    {
        (byte[] file, SealedFacts facts) = SegmentStore.Sealed(0);
        Random random = new(8);
        int[] lengths =
        [
            0, 1, 63, 64, 65, 18_559, 18_560, 18_624, file.Length - 1,
            .. Enumerable.Range(0, 50).Select(_ => random.Next(file.Length)),
        ];
        foreach (int length in lengths)
        {
            _store.Write(facts.Path, file[..length]);
            BlockDamagedException damage = Assert.Throws<BlockDamagedException>(() => Open(facts));
            Assert.Contains(length.ToString(CultureInfo.InvariantCulture), damage.Message, StringComparison.Ordinal);
        }

        _store.Write(facts.Path, [.. file, 0]);
        Assert.Throws<BlockDamagedException>(() => Open(facts));
    }

    [Fact]
    public void A_file_that_is_cut_while_it_is_mapped_loses_what_was_cut_only()
    {
        _store.AddSealed(0);
        _store.AddSealed(1);
        Assert.True(_store.ReadsRight(255));
        (byte[] file, SealedFacts facts) = SegmentStore.Sealed(0);
        _store.FileSystem.CutFile(facts.Path, file.Length / 2);

        Assert.True(_store.ReadsRight(0));
        Assert.False(_store.ReadsRight(250));
        Assert.True(_store.ReadsRight(256 + 250));
        DamageReport report = Assert.Single(_store.Reports);
        Assert.Equal((7u, 250L * 256, 256L), (report.LedgerId, report.FirstIndex, report.Count));
        Assert.Equal(facts.Path, report.File);
        Assert.Contains("cannot be read", report.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_gone_is_an_error_for_its_segment()
    {
        _store.AddSealed(0);
        _store.AddSealed(1);
        _store.FileSystem.RemoveFile(SegmentStore.Sealed(0).Facts.Path);

        Assert.False(_store.ReadsRight(5));
        Assert.Throws<StoreException>(() => _store.Reader.TryReadEntry(5, out _));
        Assert.Throws<StoreException>(() => _store.Reader.ReadLeaves(5, new Hash256[256]));
        Assert.Throws<StoreException>(() => _store.Reader.TryReadBundleRoots(0, new Hash256[256]));
        Assert.True(_store.ReadsRight(256));
        Assert.All(_store.Reports, report => Assert.Equal((0L, 65_536L), (report.FirstIndex, report.Count)));
        Assert.Equal(4, _store.Reports.Count);
    }

    [Fact]
    public void A_file_that_is_removed_while_it_is_mapped_is_still_read()
    {
        _store.AddSealed(0);
        Assert.True(_store.ReadsRight(0));
        _store.FileSystem.RemoveFile(SegmentStore.Sealed(0).Facts.Path);
        Assert.True(_store.ReadsRight(200));
    }

    [Fact]
    public void Bad_sectors_are_errors_for_the_bundles_that_lie_on_them()
    {
        SealedSegment segment = _store.AddSealed(0);
        Assert.True(segment.TryEnter(out SegmentAccess access));
        access.TryFind(100, out BlockPlace place);
        access.Dispose();
        _store.FileSystem.MakeUnreadable(segment.Path, place.Offset + 5_000, 1);

        Assert.False(_store.ReadsRight(100));
        Assert.True(_store.ReadsRight(90));
        Assert.True(_store.ReadsRight(110));
    }

    [Fact]
    public void Bad_sectors_of_an_open_segment_are_errors_for_their_bundles()
    {
        OpenSegment open = _store.AddOpen(0, 256, 256, 256);
        Assert.True(open.TryFindRow(1, out DirectoryRow row));
        _store.FileSystem.MakeUnreadable(open.Path, row.Offset + 100, 1);

        Assert.False(_store.ReadsRight(1));
        Assert.True(_store.ReadsRight(0));
        Assert.True(_store.ReadsRight(2));
    }

    [Fact]
    public void Too_many_open_files_are_not_damage()
    {
        _store.AddSealed(0);
        _store.FileSystem.Faults = FaultPlans.OnNth(
            StorageOperation.Map, ".seg", 1, SimulatedFault.Error(FileErrno.TooManyOpenFiles));
        StoreException refused = Assert.Throws<StoreException>(() => _store.Reader.TryReadBundle(0, out _));
        Assert.Equal(StoreReason.Busy, refused.Reason);
        Assert.Empty(_store.Reports);
        Assert.True(_store.ReadsRight(0));
    }

    /// <summary>Proofs are made from it: checksums alone are not enough.</summary>
    [Fact]
    public void A_forged_level_1_tile_is_refused()
    {
        (byte[] file, SealedFacts facts) = SegmentStore.Sealed(1);
        file = [.. file];
        Span<byte> tile = file.AsSpan(^SegmentFormat.TrailerBytes..)[..SegmentFormat.TileBytes];
        tile[77] ^= 1;
        SegmentFooter footer = SegmentFooter.Read(
            file.AsSpan(^SegmentFormat.FooterBytes..), facts.Identity, file.Length);
        (footer with { TileCrc = Crc32C.Compute(tile) }).Write(file.AsSpan(^SegmentFormat.FooterBytes..));
        _store.Write(facts.Path, file);

        BlockDamagedException damage = Assert.Throws<BlockDamagedException>(() => Open(facts));
        Assert.Contains("level-1 tile has another root", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_sealed_segment_in_its_place_is_refused()
    {
        _store.AddSealed(0);
        _store.Write(SegmentStore.Sealed(0).Facts.Path, SegmentStore.Sealed(1).File);
        Assert.False(_store.ReadsRight(0));

        // The same segment with other facts: another root is not what was signed.
        (byte[] file, SealedFacts facts) = SegmentStore.Sealed(1);
        _store.Write(facts.Path, file);
        Assert.Throws<BlockDamagedException>(() => Open(facts with { Root = default }));
        Assert.Throws<BlockDamagedException>(() => Open(facts with { LastMicros = 1 }));
        Assert.Throws<BlockDamagedException>(() => Open(facts with { FileLength = facts.FileLength + 8 }));
        Open(facts);
    }

    /// <summary>The same on the real file system, where touching a page that was cut would end the process.</summary>
    [Fact]
    public void A_real_file_that_is_cut_while_it_is_mapped_loses_what_was_cut_only()
    {
        using TempDirectory directory = new();
        (byte[] file, SealedFacts facts) = SegmentStore.Sealed(0);
        facts = facts with { Path = Path.Combine(directory.Path, "segment") };
        File.WriteAllBytes(facts.Path, file);
        using MappedSegment mapped = MappedSegment.Open(new LinuxFileSystem(), facts);
        Assert.True(mapped.Map.TryAcquire(out MappedFileLease lease));
        using (lease)
        {
            Random random = new(9);
            BundlePool pool = new(1 << 20);
            for (int length = file.Length; length > 0; length -= random.Next(1, 400_000))
            {
                using (FileStream cut = new(facts.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    cut.SetLength(length);
                }

                for (int bundle = 0; bundle < 256; bundle++)
                {
                    AssertRightOrRefused(mapped, lease, pool, bundle, length);
                }
            }
        }
    }

    private static void AssertRightOrRefused(
        MappedSegment mapped, MappedFileLease lease, BundlePool pool, int bundle, int length)
    {
        SegmentAccess access = new(mapped, lease);
        BlockPlace place = mapped.Find(bundle);
        try
        {
            DecodedBundle decoded =
                BlockReads.Bundle(ref access, pool, new BlockIdentity(7, 0, bundle), place, out _)!;
            Assert.True(SegmentStore.Bundle(bundle, 256).AsSpan().SequenceEqual(decoded.Bytes));

            // The rest of the last page reads as zeros: at the end of a block that is its tile, which is not asked for.
            Assert.InRange(place.Offset + place.Length, 0, length + 4096);
            decoded.Release();
        }
        catch (BlockDamagedException)
        {
            Assert.InRange(place.Offset + place.Length, length - 4096, int.MaxValue);
        }
    }

    private bool LeavesAreRight(int bundle, Hash256[] leaves, Hash256[] expected)
    {
        try
        {
            Assert.Equal(256, _store.Reader.ReadLeaves(bundle, leaves));
            Assert.True(leaves.AsSpan().SequenceEqual(expected));
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private void Open(SealedFacts facts) => MappedSegment.Open(_store.FileSystem, facts).Dispose();
}
