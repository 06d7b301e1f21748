// Paths of tiles: the published ones, and that a path round trips or is refused.
// Test code.
using System.Text;
using System.Text.Json;
using LedgerStore.Proofs;
using LedgerStore.Tests.Proofs.Notes;
using Xunit;

namespace LedgerStore.Tests.Proofs.Tiles;

public sealed class TilePathTests
{
    [Theory]
    [InlineData("tile/0/000", 0, 0, 256)]
    [InlineData("tile/0/x001/x234/067.p/7", 0, 1_234_067, 7)]
    [InlineData("tile/63/x999/x999/x999/x999/x999/999.p/255", 63, 999_999_999_999_999_999, 255)]
    public void A_tile_round_trips(string path, int level, ulong index, int width)
    {
        TilePath tile = TilePath.Parse(path);
        Assert.Equal(TilePath.Tile(level, index, width), tile);
        Assert.Equal((level, index, width, false), (tile.Level, tile.Index, tile.Width, tile.IsEntries));
        Assert.Equal(path, tile.ToString());
    }

    [Theory]
    [InlineData("tile/entries/000", 0, 256)]
    [InlineData("tile/entries/x001/000", 1000, 256)]
    [InlineData("tile/entries/999.p/1", 999, 1)]
    [InlineData("tile/entries/x999/x999/x999/x999/x999/999.p/255", 999_999_999_999_999_999, 255)]
    public void A_bundle_round_trips(string path, ulong index, int width)
    {
        TilePath bundle = TilePath.Parse(path);
        Assert.Equal(TilePath.Entries(index, width), bundle);
        Assert.Equal((index, width, true), (bundle.Index, bundle.Width, bundle.IsEntries));
        Assert.Equal(path, bundle.ToString());
        Assert.Equal(TilePath.Entries(index, 256), bundle.Full);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tile/")]
    [InlineData("/tile/0/000")]
    [InlineData("tile/0")]
    [InlineData("tile/0/")]
    [InlineData("tile/00/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/Entries/000")]
    [InlineData("tile/0/00")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/x000/000")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/0/x001/x002")]
    [InlineData("tile/0/001/002")]
    [InlineData("tile/0/x001//002")]
    [InlineData("tile/0/001/")]
    [InlineData("tile/0/001.p")]
    [InlineData("tile/0/001.p/")]
    [InlineData("tile/0/001.p/0")]
    [InlineData("tile/0/001.p/01")]
    [InlineData("tile/0/001.p/256")]
    [InlineData("tile/0/001.p/1.p/1")]
    [InlineData("tile/0.p/1/001")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/0/\u0660\u0660\u0660")]
    public void Other_paths_are_refused(string path)
    {
        Assert.False(TilePath.TryParse(Encoding.UTF8.GetBytes(path), out _));
        Assert.Throws<MalformedDataException>(() => TilePath.Parse(path));
    }

    [Fact]
    public void Every_index_around_a_power_of_a_thousand_round_trips()
    {
        for (ulong power = 1; power < TilePath.IndexMax; power *= 1000)
        {
            for (ulong index = power - 1; index <= power + 1; index++)
            {
                TilePath tile = TilePath.Tile(3, index, 9);
                Assert.Equal(tile, TilePath.Parse(tile.ToString()));
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => TilePath.Tile(0, TilePath.IndexMax + 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePath.Tile(64, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePath.Tile(0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePath.Entries(0, 257));
    }

    [Fact]
    public void Widths_follow_the_size_of_the_tree()
    {
        Assert.Equal(0, TilePath.WidthIn(0, 0, 0));
        Assert.Equal(256, TilePath.WidthIn(ulong.MaxValue, 0, TilePath.IndexMax / 1000));
        Assert.Equal(127, TilePath.WidthIn(long.MaxValue, 7, 0));
        Assert.Equal(0, TilePath.WidthIn(ulong.MaxValue, 8, 0));
        Assert.Equal(0, TilePath.WidthIn(ulong.MaxValue, 7, ulong.MaxValue));
        for (ulong size = 0; size < 1000; size++)
        {
            int sum = 0;
            for (ulong index = 0; index < 5; index++)
            {
                sum += TilePath.WidthIn(size, 0, index);
            }

            Assert.Equal(size, (ulong)sum);
        }
    }

    [FormatVectorsFact]
    public void The_published_paths_are_decided_as_published()
    {
        JsonElement vectors = FormatVectors.Read("tiles/paths.json");
        foreach (JsonElement vector in vectors.GetProperty("tile_path").EnumerateArray())
        {
            int partial = vector.GetProperty("partial").GetInt32();
            TilePath tile = TilePath.Tile(
                vector.GetProperty("level").GetInt32(),
                vector.GetProperty("index").GetUInt64(),
                partial == 0 ? TilePath.FullWidth : partial);
            Assert.Equal(vector.GetProperty("path").GetString(), tile.ToString());
        }

        foreach (JsonElement vector in vectors.GetProperty("entries_path_for_index").EnumerateArray())
        {
            ulong bundle = vector.GetProperty("index").GetUInt64() / TilePath.FullWidth;
            int width = TilePath.WidthIn(vector.GetProperty("log_size").GetUInt64(), 0, bundle);
            Assert.Equal(vector.GetProperty("path").GetString(), TilePath.Entries(bundle, width).ToString());
        }

        foreach (JsonElement vector in vectors.GetProperty("parse_ok").EnumerateArray())
        {
            TilePath tile = TilePath.Parse(PathOf(vector));
            Assert.Equal(vector.GetProperty("index").GetUInt64(), tile.Index);
            Assert.Equal(vector.GetProperty("partial").GetInt32(), tile.IsPartial ? tile.Width : 0);
        }

        foreach (JsonElement vector in vectors.GetProperty("parse_bad").EnumerateArray())
        {
            Assert.Throws<MalformedDataException>(() => TilePath.Parse(PathOf(vector)));
        }

        foreach (JsonElement vector in vectors.GetProperty("partial_widths").EnumerateArray())
        {
            ulong full = vector.GetProperty("full").GetUInt64();
            int width = TilePath.WidthIn(
                vector.GetProperty("tree_size").GetUInt64(), vector.GetProperty("level").GetInt32(), full);
            Assert.Equal(vector.GetProperty("partial").GetInt32(), width);
        }
    }

    private static string PathOf(JsonElement vector) =>
        $"tile/{vector.GetProperty("level").GetString()}/{vector.GetProperty("n").GetString()}";
}
