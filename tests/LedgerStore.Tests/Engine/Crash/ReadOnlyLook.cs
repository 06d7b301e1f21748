// What somebody sees who opens a store for reading only, on a disk that takes no write: the same as the one who opens
// it for writing next. Owned by one simulation, on one thread.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>The ledgers of a store as a reader found them.</summary>
internal sealed class ReadOnlyLook
{
    // Of a ledger with more entries only the tree is looked at.
    private const int EntriesMax = 3_000;
    private static readonly StoreTuning s_tuning = new()
    {
        BufferBytes = 16384,
        BufferCount = 3,
        JournalFileBytes = 65_536,
        HashHelpers = 0,
    };

    private readonly Dictionary<string, (long Size, Hash256 Root, CheckpointRecord? Newest)> _ledgers =
        new(StringComparer.Ordinal);

    /// <summary>Opens the store for reading only, and reads all of it.</summary>
    /// <returns>Null when there is no store yet.</returns>
    public static ReadOnlyLook? Take(SimulatedFileSystem disk, TimeProvider time)
    {
        StoreOptions options = new() { Directory = "/data", CacheBytes = 64 * 1024, ReadOnly = true, Time = time };
        if (!disk.Exists(new StorePaths(options.Directory).StoreFile))
        {
            return null;
        }

        disk.IsReadOnly = true;
        try
        {
            using StoreCore core = new StoreOpener(disk, options, s_tuning, new SeededBytes(1)).Open();
            ReadOnlyLook look = new();
            foreach (CatalogLedger ledger in core.Catalog.SortedByName())
            {
                OpenLedger log = core.Ledgers.Get(ledger.Id);
                look._ledgers.Add(ledger.Name, (log.ReadableSize, Read(core, log), core.Ledgers.Check(log).Newest));
            }

            core.CloseCleanly();
            return look;
        }
        finally
        {
            disk.IsReadOnly = false;
        }
    }

    /// <summary>Compares it with the store as it was opened for writing.</summary>
    public void Check(StoreCore core)
    {
        foreach ((string name, (long size, Hash256 root, CheckpointRecord? newest)) in _ledgers)
        {
            CatalogLedger? ledger = core.Catalog.Find(name);
            Assert.True(ledger is not null, $"'{name}' was there for a reader, and is gone");
            OpenLedger log = core.Ledgers.Get(ledger.Id);
            if (name == LedgerName.Audit)
            {
                // What a start says of the store comes behind what a reader saw.
                Assert.True(log.ReadableSize >= size, $"a reader saw {size} entries of '{name}'");
                continue;
            }

            Assert.True(log.ReadableSize == size, $"a reader saw {size} entries of '{name}', not {log.ReadableSize}");
            Assert.True(TreeRoots.FromEdge(log, out _) == root, $"a reader saw another tree of '{name}'");
            // The anchor may know one that the store has lost.
            CheckpointRecord? now = core.Ledgers.Check(log).Newest;
            Assert.True(
                now?.Size >= newest?.Size || newest is null,
                $"a reader saw '{name}' signed at {newest?.Size}, not {now?.Size}");
        }
    }

    /// <summary>The root over a ledger, found in three ways: from its right edge, from its tiles, from its
    /// entries.</summary>
    private static Hash256 Read(StoreCore core, OpenLedger log)
    {
        Hash256 root = TreeRoots.FromEdge(log, out long size);
        Assert.Equal(log.ReadableSize, size);
        Assert.True(TreeRoots.FromNodes(core.Ledgers.Check(log).Nodes, size) == root, "tiles and edge are of one tree");
        if (size > EntriesMax)
        {
            return root;
        }

        CompactRange tree = new();
        for (long index = 0; index < size;)
        {
            using BundleLease lease = log.WaitForBundle(index / StoreLimits.EntriesPerBundle, 0);
            int slot = (int)(index - lease.FirstIndex);
            int count = (int)Math.Min(lease.Entries - slot, size - index);
            Assert.True(count > 0, $"entry {index} of '{log.Name}' cannot be read");
            for (int i = 0; i < count; i++)
            {
                tree.Append(MerkleHash.Leaf(lease.Entry(slot + i)));
            }

            index += count;
        }

        Assert.True(tree.Root() == root, $"the entries of '{log.Name}' have another root than its tree");
        return root;
    }
}
