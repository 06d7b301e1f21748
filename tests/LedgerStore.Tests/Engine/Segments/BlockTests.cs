// Blocks: what goes in comes out, and no change of a byte goes unnoticed.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public class BlockTests
{
    private static readonly BlockIdentity s_identity = new(LedgerId: 7, Segment: 3, Bundle: 9);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    public void A_bundle_of_audit_records_survives(int entries) =>
        AssertSurvives(Bundles.Audit(s_identity.FirstIndex, entries));

    [Fact]
    public void Entries_of_one_byte_survive() =>
        AssertSurvives([.. Enumerable.Range(0, 256).Select(i => new[] { (byte)i })]);

    [Fact]
    public void Empty_entries_survive() =>
        AssertSurvives([.. Enumerable.Range(0, 256).Select(_ => Array.Empty<byte>())]);

    [Fact]
    public void A_bundle_that_does_not_compress_is_stored_raw()
    {
        byte[][] entries = Bundles.Noise(new Random(1), 256, 100);
        AssertSurvives(entries);

        byte[] block = Bundles.Block(s_identity, entries, 1, 2);
        ChunkRow chunk = BlockHeader.Chunk(block, 0);
        Assert.True(chunk.IsRaw);
        Assert.Equal(256 * 102, chunk.StoredBytes);
    }

    [Theory]
    [InlineData(65_535, 256, 86)]
    [InlineData(65_534, 256, 64)]
    [InlineData(65_535, 1, 1)]
    [InlineData(40_000, 13, 3)]
    public void Large_entries_are_cut_into_chunks_of_whole_entries(int entryBytes, int count, int chunks)
    {
        byte[][] entries = Bundles.Noise(new Random(2), count, entryBytes);
        for (int i = 0; i < count; i += 2)
        {
            // Every second one compresses, so that both kinds of chunk occur.
            entries[i].AsSpan().Fill((byte)i);
        }

        AssertSurvives(entries);
        BlockHeader header = BlockHeader.Read(Bundles.Block(s_identity, entries, 1, 2));
        Assert.Equal(chunks, header.Chunks);
    }

    [Fact]
    public void Random_bundles_survive()
    {
        Random random = new(5);
        for (int round = 0; round < 60; round++)
        {
            int count = random.Next(1, 257);
            int bytes = random.Next(0, 1 << random.Next(1, 14));
            byte[][] entries = Bundles.Noise(random, count, 0);
            for (int i = 0; i < count; i++)
            {
                entries[i] = new byte[random.Next(0, bytes + 1)];
                random.NextBytes(entries[i].AsSpan(0, random.Next(0, entries[i].Length + 1)));
            }

            AssertSurvives(entries);
        }
    }

    /// <summary>Format version 1. These bytes never change: a later version must still read them.</summary>
    [Fact]
    public void The_bytes_of_version_1_are_these()
    {
        byte[] block = Bundles.Block(s_identity, [[0x41], [], [0x42, 0x43]], firstMicros: 10, lastMicros: 12);

        const string Golden =
            "4c53424b" + "0100" + "0100" + "0300000000000000" + "07000000" + "0900" + "0300" + "09000000" + "09000000"
            + "0a00000000000000" + "0c00000000000000" + "01000000" + "5517004a" + "00000000" + "625cff75"
            + "00000000" + "09000000" + "09000080" + "99747b25"
            + "000141" + "0000" + "00024243";
        Assert.Equal(Golden, Convert.ToHexStringLower(block.AsSpan(0, Golden.Length / 2)));
        Assert.Equal(64 + 16 + 9 + 96 + 7, block.Length);
        Assert.Equal(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            Convert.ToHexStringLower(block.AsSpan(64 + 16 + 9 + 32, 32)));
    }

    [Fact]
    public void Every_changed_bit_is_detected_or_harmless()
    {
        byte[] block = Bundles.AuditBlock(s_identity, 40);
        byte[] bundle = Bundles.Encode(Bundles.Audit(s_identity.FirstIndex, 40));
        for (int i = 0; i < block.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] changed = [.. block];
                changed[i] ^= (byte)(1 << bit);
                AssertDetectedOrHarmless(changed, bundle, $"bit {bit} of byte {i}");
            }
        }
    }

    [Fact]
    public void Every_truncation_is_detected_or_harmless()
    {
        byte[] block = Bundles.AuditBlock(s_identity, 40);
        byte[] bundle = Bundles.Encode(Bundles.Audit(s_identity.FirstIndex, 40));
        for (int length = 0; length < block.Length; length++)
        {
            Assert.ThrowsAny<BlockDamagedException>(() => DecodeAll(block[..length], s_identity));
            byte[] zeroed = [.. block];
            zeroed.AsSpan(length).Clear();
            AssertDetectedOrHarmless(zeroed, bundle, $"zeros from {length}");
        }
    }

    /// <summary>Checksums do not stop who can compute them: every field is bounded for itself.</summary>
    [Fact]
    public void Impossible_numbers_with_a_right_checksum_are_refused()
    {
        Random random = new(77);
        byte[] block = Bundles.AuditBlock(s_identity, 40);
        byte[] bundle = Bundles.Encode(Bundles.Audit(s_identity.FirstIndex, 40));
        int refused = 0;
        for (int round = 0; round < 30_000; round++)
        {
            byte[] forged = [.. block];
            int field = 4 * random.Next(1, 20);
            random.NextBytes(forged.AsSpan(field, random.Next(1, 5)));
            uint crc = Crc32C.Append(Crc32C.Compute(forged.AsSpan(0, 60)), forged.AsSpan(64, 16));
            BitConverter.TryWriteBytes(forged.AsSpan(60), crc);
            try
            {
                (byte[] decoded, _) = DecodeAll(forged, s_identity);
                Assert.Equal(bundle, decoded);
            }
            catch (BlockDamagedException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 15_000, 30_000);
    }

    /// <summary>Else reading one entry would find another one than reading all of them.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Chunks_that_claim_other_entries_than_they_hold_are_refused(int shift)
    {
        byte[][] entries = Bundles.Noise(new Random(2), 13, 40_000);
        byte[] forged = Bundles.Block(s_identity, entries, 100, 200);
        BlockHeader header = BlockHeader.Read(forged);
        int second = BlockFormat.HeaderBytes + BlockFormat.ChunkRowBytes;
        BitConverter.TryWriteBytes(forged.AsSpan(second), BitConverter.ToInt32(forged, second) + shift);
        header.Write(forged);
        BlockPlace place = new("file", 0, forged.Length);
        Assert.Equal(header, BlockDecoder.ReadHeader(forged, s_identity, place));

        Assert.Throws<BlockDamagedException>(() => DecodeAll(forged, s_identity));
        Assert.Throws<BlockDamagedException>(() => DecodeOne(forged, header, place, 5));
        Assert.Throws<BlockDamagedException>(() => DecodeOne(forged, header, place, 7));
    }

    [Fact]
    public void A_block_from_elsewhere_is_refused()
    {
        byte[] block = Bundles.AuditBlock(s_identity, 256);
        foreach (BlockIdentity other in new[]
        {
            s_identity with { LedgerId = 8 }, s_identity with { Segment = 4 }, s_identity with { Bundle = 8 },
        })
        {
            BlockDamagedException damage = Assert.Throws<BlockDamagedException>(() => DecodeAll(block, other));
            Assert.Contains("expected", damage.Message, StringComparison.Ordinal);
            Assert.Equal(1_000, damage.Offset);
        }
    }

    [Fact]
    public void A_block_of_another_length_than_the_directory_says_is_refused()
    {
        byte[] block = Bundles.AuditBlock(s_identity, 256);
        Assert.Throws<BlockDamagedException>(() =>
            BlockDecoder.ReadHeader(block, s_identity, new BlockPlace("f", 0, block.Length - 8)));
    }

    [Fact]
    public void A_bundle_with_rubbish_in_it_is_not_encoded()
    {
        BlockEncoder encoder = new(Lz4Effort.Fast);
        byte[] destination = new byte[1000];
        Assert.Throws<MalformedDataException>(() =>
            encoder.Encode(s_identity, new byte[] { 0, 5, 1 }, new Hash256[1], 1, 1, destination));
        Assert.Throws<InvariantException>(() =>
            encoder.Encode(s_identity, new byte[] { 0, 1, 1, 9 }, new Hash256[1], 1, 1, destination));
    }

    [Fact]
    public void Encoding_allocates_nothing()
    {
        byte[] bundle = Bundles.Encode(Bundles.Audit(0, 256));
        Hash256[] leaves = Bundles.Leaves(bundle, 256);
        byte[] block = new byte[BlockEncoder.BlockBytesBound(bundle.Length, 256)];
        BlockEncoder encoder = new(Lz4Effort.Fast);
        encoder.Encode(s_identity, bundle, leaves, 1, 2, block);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            encoder.Encode(s_identity, bundle, leaves, 1, 2, block);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void AssertSurvives(byte[][] entries)
    {
        byte[] bundle = Bundles.Encode(entries);
        byte[] block = Bundles.Block(s_identity, entries, firstMicros: 100, lastMicros: 200);
        Assert.Equal(0, block.Length % 8);
        BlockPlace place = new("file", 1_000, block.Length);
        BlockHeader header = BlockDecoder.ReadHeader(block, s_identity, place);
        Assert.Equal((s_identity, entries.Length), (header.Identity, header.Entries));
        Assert.Equal((100L, 200L), (header.FirstMicros, header.LastMicros));

        (byte[] decoded, int[] offsets) = DecodeAll(block, s_identity);
        Assert.Equal(bundle, decoded);
        Hash256[] leaves = new Hash256[entries.Length];
        BlockDecoder.ReadTile(block.AsSpan(header.TileOffset, header.TileBytes), header, place, leaves);
        Assert.Equal(Bundles.Leaves(bundle, entries.Length), leaves);
        BlockDecoder.CheckStored(block, header, place);

        for (int entry = 0; entry < entries.Length; entry++)
        {
            Assert.True(bundle.AsSpan(offsets[entry] + 2, entries[entry].Length).SequenceEqual(entries[entry]));
            if (entry % 16 == 0 || entry == entries.Length - 1)
            {
                Assert.Equal(entries[entry], DecodeOne(block, header, place, entry));
            }
        }
    }

    private static byte[] DecodeOne(byte[] block, in BlockHeader header, in BlockPlace place, int entry)
    {
        ChunkPlace chunk = BlockDecoder.FindChunk(block.AsSpan(0, header.HeadBytes), header, entry);
        byte[] raw = new byte[chunk.Row.RawBytes];
        int[] offsets = new int[chunk.Entries + 1];
        BlockDecoder.DecodeChunk(chunk, block.AsSpan(chunk.Offset, chunk.Row.StoredBytes), place, raw, offsets);
        int slot = entry - chunk.Row.FirstEntry;
        return raw[(offsets[slot] + 2)..offsets[slot + 1]];
    }

    private static (byte[] Bundle, int[] Offsets) DecodeAll(byte[] block, in BlockIdentity identity)
    {
        BlockPlace place = new("file", 1_000, 0);
        BlockHeader header = BlockDecoder.ReadHeader(block, identity, place);
        byte[] bundle = new byte[header.RawBytes];
        int[] offsets = new int[header.Entries + 1];
        BlockDecoder.Decode(block, header, place, bundle, offsets);
        return (bundle, offsets);
    }

    private static void AssertDetectedOrHarmless(byte[] changed, byte[] bundle, string what)
    {
        try
        {
            BlockPlace place = new("file", 1_000, changed.Length);
            BlockHeader header = BlockDecoder.ReadHeader(changed, s_identity, place);
            (byte[] decoded, _) = DecodeAll(changed, s_identity);
            Assert.True(bundle.AsSpan().SequenceEqual(decoded), what);

            // The chunks are right, so either the tile was hit, which is detected, or nothing that counts.
            Hash256[] leaves = new Hash256[header.Entries];
            BlockDecoder.ReadTile(changed.AsSpan(header.TileOffset, header.TileBytes), header, place, leaves);
            Assert.Equal(Bundles.Leaves(bundle, header.Entries), leaves);
        }
        catch (BlockDamagedException)
        {
            // Detected.
        }
    }
}
