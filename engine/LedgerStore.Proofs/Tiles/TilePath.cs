// Where a tile or an entry bundle is served (C2SP tlog-tiles), as a path without a leading slash:
//
//   tile/<level 0..63>/<index>[.p/<width 1..255>]        hashes
//   tile/entries/<index>[.p/<width 1..255>]              a bundle
//   index: groups of three digits, all but the last with 'x': 1234067 is x001/x234/067
//
// One path for one value: what would not be written the same way is refused.
// Immutable value, any thread; TryParse allocates nothing and throws nothing, for servers.
using System.Text;

namespace LedgerStore.Proofs;

/// <summary>The coordinates of a tile or of an entry bundle.</summary>
public readonly record struct TilePath
{
    public const int LevelMax = 63;

    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int FullWidth = 256;

    /// <summary>Six groups of digits. A log of 2^63 entries has 2^55 bundles, which is less.</summary>
    public const ulong IndexMax = 999_999_999_999_999_999;

    /// <summary>The longest path: tile/entries/x999/x999/x999/x999/x999/999.p/255.</summary>
    public const int BytesMax = 47;

    private const int EntriesLevel = -1;

    private readonly short _level;
    private readonly short _missing;

    private TilePath(int level, ulong index, int width)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, IndexMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, FullWidth);
        _level = (short)level;
        _missing = (short)(FullWidth - width);
        Index = index;
    }

    /// <summary>True for an entry bundle, false for a tile of hashes.</summary>
    public bool IsEntries => _level == EntriesLevel;

    /// <summary>The tree level in units of 256; a bundle lies at level 0.</summary>
    public int Level => IsEntries ? 0 : _level;

    public ulong Index { get; }

    /// <summary>How many hashes or entries it has, at most 256.</summary>
    public int Width => FullWidth - _missing;

    public bool IsPartial => _missing != 0;

    /// <summary>The full tile or bundle at the same place.</summary>
    public TilePath Full => new(_level, Index, FullWidth);

    public static TilePath Tile(int level, ulong index, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, LevelMax);
        return new TilePath(level, index, width);
    }

    public static TilePath Entries(ulong index, int width) => new(EntriesLevel, index, width);

    /// <summary>How many hashes a tile has in a tree of the given size: 0 (there is no such tile) to 256.</summary>
    public static int WidthIn(ulong treeSize, int level, ulong index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);

        // Beyond level 7 a hash would stand for more entries than a size can count.
        ulong hashes = level < 8 ? treeSize >> (8 * level) : 0;
        return index > hashes / FullWidth ? 0 : (int)Math.Min(hashes - (index * FullWidth), FullWidth);
    }

    public static TilePath Parse(ReadOnlySpan<byte> path) =>
        TryParse(path, out TilePath tile)
            ? tile
            : throw new MalformedDataException("not the path of a tile or an entry bundle", 0);

    public static TilePath Parse(string path) => Parse(Encoding.UTF8.GetBytes(path));

    public static bool TryParse(ReadOnlySpan<byte> path, out TilePath tile)
    {
        tile = default;
        if (path.Length > BytesMax || !path.StartsWith("tile/"u8))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = path["tile/"u8.Length..];
        int slash = rest.IndexOf((byte)'/');
        if (slash < 0 || !TryReadLevel(rest[..slash], out int level)
            || !TryReadWidth(ref rest, out int width) || !TryReadIndex(rest[(slash + 1)..], out ulong index))
        {
            return false;
        }

        // The readers above are lenient about zeros in front; this is what makes the path the only one.
        TilePath read = new(level, index, width);
        Span<byte> written = stackalloc byte[BytesMax];
        if (!written[..read.Format(written)].SequenceEqual(path))
        {
            return false;
        }

        tile = read;
        return true;
    }

    /// <summary>Writes the path and returns its length, at most <see cref="BytesMax"/>.</summary>
    public int Format(Span<byte> destination)
    {
        TilePathWriter writer = new(destination);
        writer.Append("tile/"u8);
        if (IsEntries)
        {
            writer.Append("entries"u8);
        }
        else
        {
            writer.AppendNumber(_level);
        }

        writer.AppendIndex(Index);
        if (IsPartial)
        {
            writer.Append(".p/"u8);
            writer.AppendNumber(Width);
        }

        return writer.Length;
    }

    public override string ToString()
    {
        Span<byte> path = stackalloc byte[BytesMax];
        return Encoding.ASCII.GetString(path[..Format(path)]);
    }

    private static bool TryReadLevel(ReadOnlySpan<byte> text, out int level)
    {
        level = EntriesLevel;
        if (text.SequenceEqual("entries"u8))
        {
            return true;
        }

        bool read = NoteText.TryReadNumber(text, out ulong number) && number <= LevelMax;
        level = (int)number;
        return read;
    }

    // Cuts the width off the end; without one the tile is full.
    private static bool TryReadWidth(ref ReadOnlySpan<byte> text, out int width)
    {
        width = FullWidth;
        int dot = text.IndexOf((byte)'.');
        if (dot < 0)
        {
            return true;
        }

        ReadOnlySpan<byte> suffix = text[dot..];
        text = text[..dot];
        if (!suffix.StartsWith(".p/"u8) || !NoteText.TryReadNumber(suffix[3..], out ulong number)
            || number is < 1 or >= FullWidth)
        {
            return false;
        }

        width = (int)number;
        return true;
    }

    private static bool TryReadIndex(ReadOnlySpan<byte> text, out ulong index)
    {
        index = 0;
        foreach (byte character in text)
        {
            if (character is (byte)'x' or (byte)'/')
            {
                continue;
            }

            if (character is < (byte)'0' or > (byte)'9' || index > IndexMax / 10)
            {
                return false;
            }

            index = (index * 10) + (ulong)(character - '0');
        }

        return index <= IndexMax;
    }
}
