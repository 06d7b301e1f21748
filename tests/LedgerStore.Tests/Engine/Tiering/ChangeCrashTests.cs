// A crash at every call on the disk while a ledger is created, gets a policy and holds, and is frozen: afterwards
// _audit and the files say the same, whichever half of a change was done.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class ChangeCrashTests
{
    [Fact]
    public void What_audit_says_and_what_the_files_say_is_the_same_after_every_crash()
    {
        SimulatedFileSystem whole = new(new SimulatedOptions());
        using (TierWorld world = TierWorld.Open(whole, TierWorld.Day))
        {
            Change(world);
        }

        SplitMix random = new(11);
        int finished = 0;
        for (long call = 1; call < whole.CallCount; call++)
        {
            SimulatedFileSystem cut = new(new SimulatedOptions());
            try
            {
                cut.Faults = FaultPlans.At(call, SimulatedFault.CrashBefore);
                using TierWorld world = TierWorld.Open(cut, TierWorld.Day);
                Change(world);
            }
            catch (SimulatedCrash)
            {
            }

            SimulatedFileSystem left = cut.Crash(new SeededChooser(random.Next()));
            using TierWorld again = TierWorld.Open(left, TierWorld.Day * 2);
            finished += Compare(again.Core, call);
        }

        Assert.True(finished > 10, $"only {finished} crashes left a ledger");
    }

    private static void Change(TierWorld world)
    {
        world.Create();
        world.Append(300);
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TierWorld.Day }, "anna", "a rule");
        LegalHold hold = world.Ledger.PlaceHold(0, 10, "case", "bert");
        world.Ledger.ReleaseHold(hold.Id, "bert", "closed");
        world.Core.FreezeLedger(world.Log.Id, "over", "carl");
        world.Core.CreateLedger("other", new LedgerOptions { IsSalted = true, CreatedBy = "anna" });
    }

    /// <summary>Both sides, ledger by ledger.</summary>
    private static int Compare(StoreCore core, long call)
    {
        Catalog catalog = core.Catalog;
        AuditBook book = new();
        if (catalog.Find(LedgerName.Audit) is not null)
        {
            core.ReadAudit(0, core.Ledgers.Get(0).Durable.Value, book);
            Assert.True(catalog.Count <= 1 || book.Facts.Count == 1, $"call {call}: nobody says who the store is");
        }

        Assert.Equal(catalog.SortedByName().Select(one => one.Name), book.Ledgers.Keys);
        foreach (AuditedLedger said in book.Ledgers.Values)
        {
            CatalogLedger here = catalog.Find(said.Name)!;
            Assert.Null(said.Contradiction);
            Assert.Equal(
                (here.Id, here.Origin, here.IsSalted, here.Created.CreatedMicros),
                (said.Created!.LedgerId, said.Created.Origin, said.Created.IsSalted, said.Created.Micros));
            Assert.True(here.IsFrozen == (said.Frozen is not null), $"call {call}: '{said.Name}' is frozen or not");
            Assert.Equal(here.Retention?.Policy ?? [], said.Retention?.Policy.ToArray() ?? []);
            Assert.Equal(
                core.Ledgers.Get(here.Id).Holds.Select(hold => hold.Id), said.Holds.Select(hold => hold.Id));
        }

        return book.Ledgers.Count > 1 ? 1 : 0;
    }
}
