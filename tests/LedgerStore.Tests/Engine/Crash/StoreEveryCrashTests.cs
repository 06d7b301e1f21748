// Short histories of a whole store, with the power cut before every call that changes anything, and every combination
// of up to twelve unsynced sectors, names and lengths kept or lost. Crashes of recoveries too.
using LedgerStore.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.Crash;

public sealed class StoreEveryCrashTests(ITestOutputHelper output)
{
    private static int Limit =>
        Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1" ? 1 << 16 : CrashExplorer.ExhaustiveMax;

    [Fact]
    public void A_new_store_survives_every_crash() => Explore(SmallStore.NewDisk, new StoreModel(), FirstDay, 200);

    [Fact]
    public void A_store_that_flushes_survives_every_crash()
    {
        (SimulatedFileSystem disk, StoreModel model) = Prepare(FirstDay);
        Explore(() => disk.Crash(new KeepAll()), model, SecondDay, 1_000);
    }

    [Fact]
    public void A_recovery_survives_every_crash()
    {
        (SimulatedFileSystem closed, StoreModel model) = Prepare(FirstDay);
        SplitMix random = new(3);

        // Left by power cuts in the middle of the second day, with some of the unsynced sectors.
        foreach (int call in (int[])[45, 80, 140])
        {
            SimulatedFileSystem cut = closed.Crash(new KeepAll());
            cut.Faults = FaultPlans.At(call, SimulatedFault.CrashBefore);
            StoreModel left = model.Copy();
            Assert.ThrowsAny<Exception>(() => SecondDay(cut, left));
            left.EndLife();
            SimulatedFileSystem disk = cut.Crash(new SeededChooser(random.Next()));
            Explore(() => disk.Crash(new KeepAll()), left, static (d, m) => SmallStore.Open(d, m).Dispose(), 10);
        }
    }

    private void Explore(
        Func<SimulatedFileSystem> create, StoreModel start, Action<SimulatedFileSystem, StoreModel> history, int min)
    {
        int disks = CrashExplorer.EveryCrashPoint<Holder>(
            create,
            (disk, holder) =>
            {
                holder.Model = start.Copy();
                history(disk, holder.Model);
            },
            static (disk, holder) =>
            {
                StoreModel model = holder.Model!.Copy();
                model.EndLife();
                using StoreLife life = SmallStore.Open(disk, model);
                if (model.Ledgers.Count == 0)
                {
                    life.Create(new ModelLedger("first", isSalted: false));
                }

                life.Send(SmallStore.Batch(model, 0, producer: 0, records: 1));
                life.RunAll();
                StoreCheck.CheckStore(life.Core, model, isThorough: true);
            },
            Limit);
        output.WriteLine($"{disks:N0} disks");
        Assert.True(disks > min, $"only {disks} disks");
    }

    private static (SimulatedFileSystem Disk, StoreModel Model) Prepare(Action<SimulatedFileSystem, StoreModel> history)
    {
        SimulatedFileSystem disk = SmallStore.NewDisk();
        StoreModel model = new();
        history(disk, model);
        return (disk.Crash(new LoseAll()), model);
    }

    private static void FirstDay(SimulatedFileSystem disk, StoreModel model)
    {
        using StoreLife life = SmallStore.Open(disk, model);
        life.Create(new ModelLedger("first", isSalted: false));
        SmallStore.Append(life, model, 0, producer: 0, records: 3);
        SmallStore.Append(life, model, 0, producer: null, records: 2);
        life.Close();
    }

    private static void SecondDay(SimulatedFileSystem disk, StoreModel model)
    {
        using StoreLife life = SmallStore.Open(disk, model);
        SmallStore.Append(life, model, 0, producer: 0, records: 60);
        life.Core.RunBundler();
        life.Create(new ModelLedger("second", isSalted: true));
        life.Send(SmallStore.Batch(model, 1, 0, 40));
        life.Send(SmallStore.Batch(model, 0, 0, 1));
        life.Core.RunSequencer();
        Assert.True(life.Core.TryFlushAll());
        SmallStore.Append(life, model, 0, producer: 0, records: 1);
        life.Core.RunSequencer();
        SmallStore.Append(life, model, 1, producer: null, records: 1);

        // The journal turns over: the oldest file is flushed, and becomes the next one.
        for (int i = 0; i < 12; i++)
        {
            life.Send(SmallStore.Batch(model, i % 2, producer: i % 3 == 0 ? null : 1, records: 20));
            life.RunAll();
        }
    }

    private sealed class Holder
    {
        public StoreModel? Model { get; set; }
    }
}
