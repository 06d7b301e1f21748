// The fixed structures of a segment file: their bytes, and that no changed bit passes.

using LedgerStore.Engine.Format;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public class SegmentFormatTests
{
    private static readonly SegmentIdentity s_identity = new(
        StoreId: new UInt128(0xffeeddccbbaa9988, 0x7766554433221100), LedgerId: 7, Segment: 3, Generation: 2);

    private static readonly SegmentFooter s_footer = new(
        s_identity,
        new Hash256([.. Enumerable.Range(0, 32).Select(i => (byte)i)]),
        FirstMicros: 10,
        LastMicros: 20,
        TileCrc: 0x11223344,
        DirectoryCrc: 0x55667788,
        FileLength: 100_000);

    [Fact]
    public void The_name_of_a_file() => Assert.Equal("000000000003.2.seg", SegmentFormat.FileName(3, 2));

    [Fact]
    public void The_header_of_version_1()
    {
        byte[] header = new byte[SegmentFormat.HeaderBytes];
        new SegmentHeader(s_identity, 1_700_000_000_000_000).Write(header);

        Assert.Equal(
            "4c535345474d5431010000000700000000112233445566778899aabbccddeeff03000000000000000200000000000000"
            + "00401e18240a06000000000068d3e1f5",
            Convert.ToHexStringLower(header));
        Assert.Equal(new SegmentHeader(s_identity, 1_700_000_000_000_000), SegmentHeader.Read(header, s_identity));
    }

    [Fact]
    public void The_footer_of_version_1()
    {
        byte[] footer = new byte[SegmentFormat.FooterBytes];
        s_footer.Write(footer);

        Assert.Equal(
            "4c53534547454e44010000000700000000112233445566778899aabbccddeeff03000000000000000200000000000100"
            + "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0a000000000000001400000000000000"
            + "4433221188776655205e010000000000a08601000000000000000000deed5d5d",
            Convert.ToHexStringLower(footer));
        Assert.Equal(s_footer, SegmentFooter.Read(footer, s_identity, 100_000));
    }

    [Fact]
    public void The_directory_row_of_version_1()
    {
        DirectoryRow row = new(64, 800, 1000, 10, 20, 256);
        byte[] bytes = new byte[SegmentFormat.RowBytes];
        row.Write(bytes);

        Assert.Equal(
            "400000000000000020030000e80300000a0000000000000014000000000000000001000000000000",
            Convert.ToHexStringLower(bytes));
        Assert.Equal(row, DirectoryRow.Read(bytes));
        row.Check(1_000);
    }

    [Fact]
    public void Every_changed_bit_of_header_and_footer_is_detected()
    {
        byte[] header = new byte[SegmentFormat.HeaderBytes];
        new SegmentHeader(s_identity, 5).Write(header);
        byte[] footer = new byte[SegmentFormat.FooterBytes];
        s_footer.Write(footer);
        for (int bit = 0; bit < footer.Length * 8; bit++)
        {
            footer[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<MalformedDataException>(() => SegmentFooter.Read(footer, s_identity, 100_000));
            footer[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int bit = 0; bit < header.Length * 8; bit++)
        {
            header[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<MalformedDataException>(() => SegmentHeader.Read(header, s_identity));
            header[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_file_of_another_store_ledger_segment_or_generation_is_refused()
    {
        byte[] header = new byte[SegmentFormat.HeaderBytes];
        new SegmentHeader(s_identity, 5).Write(header);
        byte[] footer = new byte[SegmentFormat.FooterBytes];
        s_footer.Write(footer);
        foreach (SegmentIdentity other in new[]
        {
            s_identity with { StoreId = 1 },
            s_identity with { LedgerId = 8 },
            s_identity with { Segment = 4 },
            s_identity with { Generation = 1 },
        })
        {
            Assert.Throws<MalformedDataException>(() => SegmentHeader.Read(header, other));
            Assert.Throws<MalformedDataException>(() => SegmentFooter.Read(footer, other, 100_000));
        }

        Assert.Throws<MalformedDataException>(() => SegmentFooter.Read(footer, s_identity, 100_008));
    }

    [Theory]
    [InlineData(56, 800, 1000, 10, 20, 256)]
    [InlineData(65, 800, 1000, 10, 20, 256)]
    [InlineData(-8, 800, 1000, 10, 20, 256)]
    [InlineData(10_000, 800, 1000, 10, 20, 256)]
    [InlineData(64, 0, 1000, 10, 20, 256)]
    [InlineData(64, 64, 1000, 10, 20, 256)]
    [InlineData(64, 801, 1000, 10, 20, 256)]
    [InlineData(64, -8, 1000, 10, 20, 256)]
    [InlineData(64, 10_000, 1000, 10, 20, 256)]
    [InlineData(64, 800, 511, 10, 20, 256)]
    [InlineData(64, 800, 16_777_473, 10, 20, 256)]
    [InlineData(64, 800, 1000, 21, 20, 256)]
    [InlineData(64, 800, 1000, 10, 20, 255)]
    public void Rows_that_cannot_be_true_are_refused(
        long offset, int stored, int raw, long first, long last, int entries) =>
        Assert.Throws<MalformedDataException>(() =>
            new DirectoryRow(offset, stored, raw, first, last, entries).Check(10_000));

    [Fact]
    public void Block_identities_and_indexes_are_the_geometry_of_tiles()
    {
        BlockIdentity identity = BlockIdentity.Of(5, 1000);
        Assert.Equal(new BlockIdentity(5, 3, 232), identity);
        Assert.Equal(256_000, identity.FirstIndex);
        Assert.Equal(1000, identity.BundleIndex);
    }
}
