// The power fails at the steps of setting fields and of indexing. After each: there is no index, or the same as without
// the failure, stated once; and the next round finishes what was begun.
using LedgerStore.Engine;
using LedgerStore.Tests.Engine.Tiering;
using LedgerStore.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.Indexing;

public sealed class IndexCrashTests(ITestOutputHelper output)
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_crash_leaves_no_index_or_the_same_one(bool isSalted)
    {
        (long first, long last) = Whole(isSalted);
        long stride = Math.Max(1, (last - first) / (s_long ? 400 : 6));
        SplitMix random = new(11);
        int crashes = 0;
        for (long call = first + (long)(random.Next() % (ulong)stride); call < last; call += stride)
        {
            Crash(isSalted, call, random);
            crashes++;
        }

        output.WriteLine($"{crashes} crashes in {last - first} calls");
        Assert.True(crashes > 4);
    }

    /// <summary>The calls of a history without a crash, from setting the fields on.</summary>
    private static (long First, long Last) Whole(bool isSalted)
    {
        SimulatedFileSystem disk = DiskOf(isSalted);
        using TierWorld world = TierWorld.Open(disk, TierWorld.Day);
        long first = disk.CallCount;
        Live(world);
        world.CheckIndex(IndexWorld.Spec);
        return (first, disk.CallCount);
    }

    private static SimulatedFileSystem DiskOf(bool isSalted) => isSalted ? IndexWorld.SaltedDisk : IndexWorld.Disk;

    private static void Live(TierWorld world)
    {
        world.Set(IndexWorld.Spec);
        world.Index();
    }

    private static void Crash(bool isSalted, long call, SplitMix random)
    {
        SimulatedFileSystem cut = DiskOf(isSalted);
        try
        {
            using TierWorld world = TierWorld.Open(cut, TierWorld.Day);
            cut.Faults = FaultPlans.At(call, SimulatedFault.CrashBefore);
            Live(world);
        }
        catch (SimulatedCrash)
        {
        }

        using TierWorld again = TierWorld.Open(cut.Crash(new SeededChooser(random.Next())), TierWorld.Day * 3);
        LedgerFields? found = again.Ledger.Fields;
        LedgerFields set = again.Set(IndexWorld.Spec);
        Assert.Equal(found?.IndexLedger ?? set.IndexLedger, set.IndexLedger);
        Assert.Single(again.Core.Indexes.All);
        again.Index();
        again.CheckIndex(IndexWorld.Spec);
        Assert.Null(again.Core.Indexing.Status.LastFailure);
    }
}
