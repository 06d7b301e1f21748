// CheckStore(): everything that a store must hold, verified against the model: entries to the byte, order, hashes,
// roots, what its files are called. The store is open and quiet. On the simulation's thread.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>Compares an open store with its model.</summary>
internal static class StoreCheck
{
    // Of a ledger with more entries, only so many at its end are read each time; all of them at the end of a history.
    private const int EntriesReadOften = 2_000;

    /// <summary>Verifies every ledger.</summary>
    /// <param name="isThorough">Reads every entry of large ledgers too, and verifies sealed segments from their bytes.
    /// </param>
    public static void CheckStore(StoreCore core, StoreModel model, bool isThorough)
    {
        foreach (ModelLedger ledger in model.Ledgers)
        {
            CatalogLedger? entry = core.Catalog.Find(ledger.Name);
            Assert.True(entry is not null || !ledger.IsCreated, $"ledger '{ledger.Name}' is gone");
            if (entry is null)
            {
                continue;
            }

            Assert.Equal(ledger.IsSalted, entry.IsSalted);
            Assert.True(!ledger.IsCreated || ledger.Id == entry.Id, "a ledger keeps its id");
            (ledger.IsCreated, ledger.Id) = (true, entry.Id);
            CheckLedger(core, ledger, isThorough);
        }

        CheckFiles(core);
    }

    /// <summary>Reads a range and compares it with the model, which learns what it had not seen.</summary>
    public static void CheckEntries(OpenLedger log, ModelLedger ledger, long first, long end)
    {
        for (long index = first; index < end;)
        {
            using BundleLease lease = log.WaitForBundle(index / StoreLimits.EntriesPerBundle, 0);
            int slot = (int)(index - lease.FirstIndex);
            int count = (int)Math.Min(lease.Entries - slot, end - index);
            FailUnless(count > 0, ledger, index, "cannot be read");
            for (int i = 0; i < count; i++)
            {
                CheckEntry(ledger, index + i, lease.Entry(slot + i));
            }

            index += count;
        }
    }

    private static void CheckEntry(ModelLedger ledger, long index, ReadOnlySpan<byte> entry)
    {
        if (index < ledger.Seen.Count)
        {
            FailUnless(entry.SequenceEqual(ledger.Seen[(int)index]), ledger, index, "has changed");
            return;
        }

        ModelBatch batch = ledger.BatchOf(index);
        bool isRight = batch.IsEntry((int)(index - batch.FirstIndex), entry);
        FailUnless(isRight, ledger, index, "is not what was sent");
        FailUnless(index == ledger.Seen.Count, ledger, index, "was skipped");
        ledger.Learn(entry);
    }

    // No message is made while all is well: this runs for every entry, thousands of times.
    private static void FailUnless(bool holds, ModelLedger ledger, long index, string what)
    {
        if (!holds)
        {
            Assert.Fail($"entry {index} of '{ledger.Name}', of {ledger.BatchOf(index)}: {what}");
        }
    }

    private static void CheckLedger(StoreCore core, ModelLedger ledger, bool isThorough)
    {
        OpenLedger log = core.Ledgers.Get(ledger.Id);
        Assert.True(log.Damage is null, $"'{ledger.Name}' is called damaged: {log.Damage}");
        string sizes = $"'{ledger.Name}' has {log.Durable.Value} durable, {log.Readable.Value} readable, next "
            + $"{log.NextIndex}, tail {log.Tail.Size}";
        bool agrees = log.Durable.Value == ledger.Size && log.Readable.Value == ledger.Size
            && log.NextIndex == ledger.Size && log.Tail.Size == ledger.Size;
        Assert.True(agrees, $"{sizes}; it must be {ledger.Size}");
        long first = isThorough ? 0 : Math.Max(0, Math.Min(ledger.Seen.Count, ledger.Size - EntriesReadOften));
        CheckEntries(log, ledger, first, ledger.Size);
        CheckTree(core, log, ledger);
        CheckSealed(core, log, ledger, isThorough);
    }

    private static void CheckTree(StoreCore core, OpenLedger log, ModelLedger ledger)
    {
        Hash256 expected = ledger.Root(ledger.Size);
        Hash256 edge = TreeRoots.FromEdge(log, out long size);
        Assert.Equal(ledger.Size, size);
        Assert.True(edge == expected, $"'{ledger.Name}' has another right edge");
        Hash256 root = TreeRoots.FromNodes(core.Ledgers.Check(log).Nodes, ledger.Size);
        Assert.True(root == expected, $"'{ledger.Name}' has other tiles");
    }

    private static void CheckSealed(StoreCore core, OpenLedger log, ModelLedger ledger, bool isThorough)
    {
        SegmentList segments = log.Segments.List;
        for (int i = 0; i < segments.Count; i++)
        {
            if (!log.Segments.TryGetRoot(i, out Hash256 root))
            {
                Assert.True(i == segments.Count - 1, "only the last segment is open");
                continue;
            }

            long end = (i + 1L) * StoreLimits.EntriesPerSegment;
            Assert.True(end <= ledger.Size, "a sealed segment holds entries that were never stored");
            Assert.True(i > 0 || ledger.Root(end) == root, $"segment {i} of '{ledger.Name}' has another root");
            if (isThorough)
            {
                SealedSegment segment = (SealedSegment)segments[i];
                using IFile file = core.Ground.Files.Open(segment.Path, FileAccessMode.ReadOnly);
                Assert.Null(new SegmentVerifier().Verify(file, segment.Identity, root).Finding);
            }
        }
    }

    private static void CheckFiles(StoreCore core)
    {
        StorePaths paths = core.Ground.Paths;
        foreach (string name in core.Ground.Files.List(paths.JournalDirectory))
        {
            Assert.True(
                JournalNames.TryParse(name, out _) || JournalNames.IsSpare(name), $"a file '{name}' in the journal");
        }

        string[] expected = ["LOCK", "catalog", "catalog.new", "journal", "keys", "keys.new", "ledgers", "quarantine",
            "reserve", "store.json", "store.json.new"];
        Assert.Empty(core.Ground.Files.List(paths.Root).Except(expected));
    }
}
