// The hot tiles of a store with the nodes inside them, so that a proof costs a look-up for each node and not 255
// hashes for each tile. Upper tiles are in every proof and stay; of the many tiles of level 0 those asked for lately.
//
// Sets of four places, each place a reference to something immutable: readers take no lock, and what two writers do at
// the same time costs at worst a tile that has to be made again. In a set the place that nobody has used since the
// hand last passed it is given up (second chance), and only to a tile that is offered for the second time: tiles that
// are asked for once do not drive out hot ones, and die young instead of being copied about by the garbage collector.
// Any thread. Memory: at most tilesMax * 16 KiB.
using System.Numerics;

namespace LedgerStore.Proofs;

/// <summary>A bounded cache of tiles with the nodes inside them.</summary>
public sealed class TileNodes
{
    private const int Ways = 4;

    private readonly Entry?[] _entries;
    private readonly int[] _hands;

    // The key of the last tile that each place refused.
    private readonly ulong[] _refused;

    /// <param name="tilesMax">How many tiles are kept, 16 KiB each; rounded up to a power of two, at least 4.</param>
    public TileNodes(int tilesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tilesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tilesMax, 1 << 24);
        int tiles = Math.Max((int)BitOperations.RoundUpToPowerOf2((uint)tilesMax), Ways);
        _entries = new Entry?[tiles];
        _hands = new int[tiles / Ways];
        _refused = new ulong[tiles];
    }

    /// <summary>How many tiles it keeps at most.</summary>
    public int Capacity => _entries.Length;

    /// <summary>The tile, when it is here with at least this many hashes.</summary>
    /// <param name="tree">Which tree, when several share the cache.</param>
    public TileHashes? Find(ulong tree, int level, ulong index, int widthNeeded)
    {
        int set = SetOf(KeyOf(tree, level, index));
        for (int way = 0; way < Ways; way++)
        {
            Entry? entry = Volatile.Read(ref _entries[set + way]);
            if (entry is not null && entry.Index == index && entry.Level == level && entry.Tree == tree)
            {
                entry.Used = true;
                return entry.Hashes.Width >= widthNeeded ? entry.Hashes : null;
            }
        }

        return null;
    }

    /// <summary>
    /// Keeps a tile from now on where a place is free or has a narrower one; else when it is offered again soon.
    /// </summary>
    public void Offer(ulong tree, int level, ulong index, TileHashes hashes)
    {
        ulong key = KeyOf(tree, level, index);
        int set = SetOf(key);
        int way = FreePlace(set, tree, level, index);
        if (way < 0)
        {
            // Two keys that are mixed to the same number cost a place, nothing else.
            ref ulong refused = ref _refused[(int)(key & (ulong)(_refused.Length - 1))];
            if (refused != key)
            {
                refused = key;
                return;
            }

            way = GiveUpPlace(set);
        }

        Volatile.Write(ref _entries[set + way], new Entry(tree, level, index, hashes));
    }

    private int FreePlace(int set, ulong tree, int level, ulong index)
    {
        for (int way = 0; way < Ways; way++)
        {
            Entry? entry = Volatile.Read(ref _entries[set + way]);
            if (entry is null || (entry.Index == index && entry.Level == level && entry.Tree == tree))
            {
                return way;
            }
        }

        return -1;
    }

    private int GiveUpPlace(int set)
    {
        // Twice around at most: the first round takes away every second chance.
        ref int hand = ref _hands[set / Ways];
        for (int i = 0; i < 2 * Ways; i++)
        {
            int way = hand++ & (Ways - 1);
            Entry? entry = Volatile.Read(ref _entries[set + way]);
            if (entry is null || !entry.Used)
            {
                return way;
            }

            entry.Used = false;
        }

        return hand & (Ways - 1);
    }

    private int SetOf(ulong key) => (int)(key >> 32) & (_entries.Length - Ways);

    /// <summary>All of a tile's name in 64 well mixed bits (the finalizer of SplitMix64).</summary>
    private static ulong KeyOf(ulong tree, int level, ulong index)
    {
        ulong key = (tree * 0x9E3779B97F4A7C15) ^ index ^ ((ulong)level << 56);
        key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9;
        key = (key ^ (key >> 27)) * 0x94D049BB133111EB;
        return key ^ (key >> 31);
    }

    private sealed class Entry(ulong tree, int level, ulong index, TileHashes hashes)
    {
        public ulong Tree { get; } = tree;

        public int Level { get; } = level;

        public ulong Index { get; } = index;

        public TileHashes Hashes { get; } = hashes;

        /// <summary>Since the hand last passed. A lost write costs a second chance, nothing else.</summary>
        public bool Used { get; set; }
    }
}
