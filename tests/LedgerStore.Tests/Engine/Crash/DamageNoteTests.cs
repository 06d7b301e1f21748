// A ledger that could not take its part of the journal is read-only at every later start too: without a note, what is
// left in its files would pass for all of it.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

public sealed class DamageNoteTests
{
    private const string StateLog = "/ledgers/1/state.log";

    [Fact]
    public void A_ledger_whose_files_could_not_be_read_once_does_not_forget_what_was_acknowledged()
    {
        (SimulatedFileSystem disk, StoreModel model) = DiskWithJournal();
        OpenWithBadReads(disk);

        // The disk is well again: the journal has gone on meanwhile.
        AssertStillDamaged(disk, model);
        AssertStillDamaged(disk.Crash(new LoseAll()), model);
    }

    [Fact]
    public void No_crash_of_the_start_that_finds_the_damage_loses_the_note_and_the_journal()
    {
        int calls = 0;
        for (int at = 1; at < 400; at++)
        {
            (SimulatedFileSystem disk, StoreModel model) = DiskWithJournal();
            disk.Faults = FaultPlans.Any(
                FaultPlans.At(disk.CallCount + at, SimulatedFault.CrashBefore), BadReads());
            try
            {
                OpenOnce(disk);
                break;
            }
            catch (SimulatedCrash)
            {
                calls++;
            }

            foreach (ICrashChooser chooser in (ICrashChooser[])[new LoseAll(), new KeepAll(), new SeededChooser(5)])
            {
                // Either the old journal is still in charge, and everything is there; or the note is.
                Assert.True(IsWholeOrNoted(disk.Crash(chooser), model), $"crash before call {at}");
            }
        }

        Assert.InRange(calls, 50, 399);
    }

    [Fact]
    public void A_note_is_read_back_and_no_other_bytes_are()
    {
        DamageNote note = new(77, 3, 1_000, 42);
        byte[] bytes = new byte[DamageNote.Bytes];
        note.Write(bytes);
        Assert.True(DamageNote.TryRead(bytes, out DamageNote read));
        Assert.Equal(note, read);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.False(DamageNote.TryRead(bytes, out _));
            bytes[i] ^= 1;
        }
    }

    private static (SimulatedFileSystem Disk, StoreModel Model) DiskWithJournal()
    {
        SimulatedFileSystem disk = SmallStore.NewDisk();
        StoreModel model = new();
        using StoreLife life = SmallStore.Open(disk, model);
        life.Create(new ModelLedger("first", isSalted: false));
        life.Create(new ModelLedger("second", isSalted: false));
        SmallStore.Append(life, model, 0, producer: 0, records: 30);
        life.RunAll();
        Assert.True(life.Core.TryFlushAll());
        SmallStore.Append(life, model, 0, producer: 0, records: 10);
        SmallStore.Append(life, model, 1, producer: 0, records: 10);
        life.RunAll();
        StoreCheck.CheckEntries(life.Core.Ledgers.Get(model.Ledgers[0].Id), model.Ledgers[0], 0, 40);
        StoreCheck.CheckEntries(life.Core.Ledgers.Get(model.Ledgers[1].Id), model.Ledgers[1], 0, 10);
        return (disk.Crash(new KeepAll()), model);
    }

    private static Func<SimulatedCall, SimulatedFault> BadReads() =>
        FaultPlans.OnEvery(StorageOperation.Read, StateLog, SimulatedFault.Error(FileErrno.InputOutput));

    private static void OpenWithBadReads(SimulatedFileSystem disk)
    {
        disk.Faults = BadReads();
        OpenOnce(disk);
        disk.Faults = null;
    }

    private static void OpenOnce(SimulatedFileSystem disk) => new StoreOpener(
        disk, SmallStore.Options(), SmallStore.Tuning, new SeededBytes(9)).Open().Dispose();

    private static void AssertStillDamaged(SimulatedFileSystem disk, StoreModel model)
    {
        using StoreCore core = new StoreOpener(
            disk, SmallStore.Options(), SmallStore.Tuning, new SeededBytes(10)).Open();
        OpenLedger first = core.Ledgers.Get(model.Ledgers[0].Id);
        Assert.NotNull(first.Damage);
        Assert.NotNull(first.AppendRefusal);
        Assert.Equal(40, first.Durable.Value);
        StoreCheck.CheckEntries(first, model.Ledgers[0], 0, 30);
        Assert.Throws<StoreException>(() => first.WaitForBundle(0, slot: 30));
        OpenLedger second = core.Ledgers.Get(model.Ledgers[1].Id);
        Assert.Null(second.Damage);
        StoreCheck.CheckEntries(second, model.Ledgers[1], 0, 10);
    }

    private static bool IsWholeOrNoted(SimulatedFileSystem disk, StoreModel model)
    {
        using StoreCore core = new StoreOpener(
            disk, SmallStore.Options(), SmallStore.Tuning, new SeededBytes(11)).Open();
        OpenLedger first = core.Ledgers.Get(model.Ledgers[0].Id);
        Assert.Equal(40, first.Durable.Value);
        StoreCheck.CheckEntries(first, model.Ledgers[0], 0, first.Damage is null ? 40 : 30);
        bool hasJournal = disk.AllFiles(SmallStore.Directory + "/quarantine")
            .Any(static path => path.Contains(".jnl", StringComparison.Ordinal));
        return first.Damage is null || hasJournal;
    }
}
