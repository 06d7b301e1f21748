// What a store with a damaged file may do: refuse to open, call a ledger damaged, or refuse to read a range. What it
// may not do: show wrong bytes, forget an acknowledged entry without a word, or fail in any other way.
// On the test's thread.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>Opens and reads a damaged store.</summary>
internal static class DamagedStore
{
    /// <summary>Checks everything; says whether the damage was noticed.</summary>
    /// <param name="bundles">The bundles to read of each ledger; null for all of them.</param>
    public static bool IsNoticed(IFileSystem disk, StoreModel model, int[]? bundles)
    {
        StoreOptions options = SmallStore.Options();
        StoreCore core;
        try
        {
            core = StoreErrors.Translate(
                () => new StoreOpener(disk, options, SmallStore.Tuning, new SeededBytes(1)).Open());
        }
        catch (StoreException refused) when (refused.Reason is StoreReason.Corruption or StoreReason.StorageFailed)
        {
            return true;
        }

        using (core)
        {
            bool noticed = false;
            foreach (ModelLedger ledger in model.Ledgers)
            {
                CatalogLedger? entry = core.Catalog.Find(ledger.Name);
                Assert.True(entry is not null, $"ledger '{ledger.Name}' is gone without a word");
                noticed |= ReadLedger(core.Ledgers.Get(entry.Id), ledger, bundles);
            }

            return noticed;
        }
    }

    private static bool ReadLedger(OpenLedger log, ModelLedger ledger, int[]? bundles)
    {
        bool noticed = log.Damage is not null;
        long size = log.Durable.Value;
        Assert.True(size <= ledger.Size, $"'{ledger.Name}' has {size} entries of {ledger.Size}");
        Assert.True(size == ledger.Size || noticed, $"'{ledger.Name}' has lost entries from {size} on without a word");
        int count = (int)((size + StoreLimits.EntriesPerBundle - 1) / StoreLimits.EntriesPerBundle);
        foreach (int bundle in bundles ?? [.. Enumerable.Range(0, count)])
        {
            noticed |= bundle < count && !TryReadBundle(log, ledger, bundle);
        }

        return noticed;
    }

    private static bool TryReadBundle(OpenLedger log, ModelLedger ledger, int bundle)
    {
        long first = (long)bundle * StoreLimits.EntriesPerBundle;
        int shown = (int)Math.Min(StoreLimits.EntriesPerBundle, log.Durable.Value - first);
        try
        {
            using BundleLease lease = log.WaitForBundle(bundle, slot: 0);
            for (int slot = 0; slot < Math.Min(shown, lease.Entries); slot++)
            {
                bool isRight = lease.Entry(slot).SequenceEqual(ledger.Seen[(int)first + slot]);
                Assert.True(isRight, "wrong bytes were shown");
            }

            // What is missing of it is told to those who ask for it.
            log.WaitForBundle(bundle, shown - 1).Dispose();
            return true;
        }
        catch (StoreException lost) when (lost.Reason == StoreReason.DataLoss)
        {
            return false;
        }
    }
}
