// The journal's spares that an earlier process left: names and ends that only the page cache knows come back as they
// were when the power fails, and what was built on them must not.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

public sealed class SpareTests
{
    private const string Root = "/journal";
    private const long Large = 64 * 1024;
    private const long Small = 32 * 1024;
    private static readonly UInt128 s_store = 7;

    [Fact]
    public void A_spare_whose_name_was_not_durable_is_not_cut_before_it_is()
    {
        int cuts = 0;
        for (ulong seed = 1; seed <= 400; seed++)
        {
            SimulatedFileSystem disk = new(new SimulatedOptions { Seed = seed });
            disk.CreateDirectory(Root);
            disk.SyncDirectory("/");
            using (JournalPool first = Pool(disk, Large))
            {
                first.Adopt(0, []);
                first.PrepareNext();
            }

            // Killed between the rename and the sync of the directory.
            string name = JournalNames.File(1);
            disk.Rename($"{Root}/{name}", $"{Root}/{JournalNames.SpareOf(name)}");

            // The next process has another size of files, and the power fails at some call of its first steps.
            long before = disk.CallCount;
            long endAt = before + 1 + (long)(seed % 8);
            disk.Faults = call => call.Number == endAt ? SimulatedFault.CrashAfter : SimulatedFault.None;
            try
            {
                using JournalPool second = Pool(disk, Small);
                second.Adopt(1, [JournalNames.SpareOf(name)]);
                second.PrepareNext();
            }
            catch (SimulatedCrash)
            {
                cuts++;
            }

            SimulatedFileSystem after = disk.Crash(new SeededChooser(seed));
            Assert.Empty(new JournalScan(after, Root, s_store).Run().Damaged);
        }

        Assert.True(cuts > 200, $"the power failed {cuts} times");
    }

    [Fact]
    public void A_spare_whose_new_end_a_failed_sync_lost_gets_it_again()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions { FailedSyncDropsNames = false });
        disk.CreateDirectory(Root);
        disk.SyncDirectory("/");
        using (JournalPool first = Pool(disk, Small))
        {
            first.Adopt(0, []);
            first.PrepareNext();
        }

        // The next process has larger files, and cannot sync the spare that it made longer.
        string name = JournalNames.File(1);
        using (JournalPool second = Pool(disk, Large))
        {
            second.Adopt(1, []);
            second.MakeSpare(name);
            disk.Faults = static call => call.Operation == StorageOperation.Sync
                ? SimulatedFault.Error(FileErrno.InputOutput)
                : SimulatedFault.None;
            Assert.Throws<StorageException>(second.PrepareNext);
            disk.Faults = null;
        }

        using (JournalPool third = Pool(disk, Large))
        {
            third.Adopt(1, [JournalNames.SpareOf(name)]);
            third.PrepareNext();
        }

        SimulatedFileSystem after = disk.Crash(new LoseAll());
        using IFile file = after.Open($"{Root}/{JournalNames.File(2)}", FileAccessMode.ReadOnly);
        Assert.Equal(Large, file.Length);
        Assert.Empty(new JournalScan(after, Root, s_store).Run().Damaged);
    }

    private static JournalPool Pool(IFileSystem disk, long fileBytes) =>
        new(disk, Root, s_store, fileBytes, static () => 42);
}
