// Every path of the data directory, and which names are read back as what.

using LedgerStore.Engine.Format;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

public sealed class StorePathsTests
{
    [Fact]
    public void The_data_directory_looks_like_this()
    {
        var paths = new StorePaths("/d");
        Assert.Equal(
            ["/d/LOCK", "/d/store.json", "/d/catalog", "/d/reserve", "/d/journal", "/d/quarantine", "/d/ledgers"],
            [
                paths.Lock, paths.StoreFile, paths.Catalog, paths.Reserve, paths.JournalDirectory,
                paths.QuarantineDirectory, paths.LedgersDirectory,
            ]);
        Assert.Equal("/d/ledgers/12/state.log", paths.StateLog(12));
        Assert.Equal("/d/ledgers/12/segments/000000000005.3.seg", paths.Segment(12, 5, 3));
        Assert.Equal("/d/ledgers/12/segments/000000000005.3.tiles", paths.Tiles(12, 5, 3));
    }

    [Theory]
    [InlineData("000000000005.3.seg", 5, 3)]
    [InlineData("281474976710655.1.seg", -1, 0)]
    [InlineData("000000000005.03.seg", -1, 0)]
    [InlineData("5.3.seg", -1, 0)]
    [InlineData("000000000005.3.tiles", -1, 0)]
    [InlineData("000000000005.3.seg.new", -1, 0)]
    [InlineData("000000000005..seg", -1, 0)]
    [InlineData("-00000000005.3.seg", -1, 0)]
    [InlineData("000000000005.-3.seg", -1, 0)]
    [InlineData("00000000000५.3.seg", -1, 0)]
    public void A_name_is_a_segment_only_if_it_is_written_like_one(string name, long segment, uint generation)
    {
        bool isSegment = StorePaths.TryParseSegment(name, out long parsedSegment, out uint parsedGeneration);
        Assert.Equal(segment >= 0, isSegment);
        if (isSegment)
        {
            Assert.Equal((segment, generation), (parsedSegment, parsedGeneration));
        }
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("12", true)]
    [InlineData("012", false)]
    [InlineData("+1", false)]
    [InlineData("4294967296", false)]
    [InlineData("", false)]
    public void A_name_is_a_ledgers_directory_only_if_it_is_written_like_one(string name, bool expected) =>
        Assert.Equal(expected, StorePaths.TryParseLedger(name, out _));

    [Fact]
    public void Tiles_names_are_read_back()
    {
        Assert.True(StorePaths.TryParseTiles("000000000005.3.tiles", out long segment, out uint generation));
        Assert.Equal((5L, 3u), (segment, generation));
    }
}
