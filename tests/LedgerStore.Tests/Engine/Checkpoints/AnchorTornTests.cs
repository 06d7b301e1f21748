// What a power cut and what somebody else leaves of an anchor: a torn write is no damage, and damage is no torn write.

using LedgerStore.Engine;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class AnchorTornTests
{
    private const string Path = "/anchor";
    private static readonly UInt128 s_store = 7;

    [Fact]
    public void Records_of_many_ledgers_torn_in_any_sector_are_ignored()
    {
        for (ulong seed = 1; seed <= 400; seed++)
        {
            SimulatedFileSystem disk = new(new SimulatedOptions { Seed = seed, GarbageInLostSectors = seed % 2 == 0 });
            AnchorFile anchor = new(disk, Path, s_store);
            anchor.TryLoad();
            anchor.Write(Records(size: 10, ledgers: 1));
            disk.Faults = static call => call.Operation == StorageOperation.Sync
                ? SimulatedFault.CrashBefore
                : SimulatedFault.None;
            Assert.Throws<SimulatedCrash>(() => anchor.Write(Records(size: 20, ledgers: 9)));

            AnchorFile found = new(disk.Crash(new SeededChooser(seed)), Path, s_store);
            Assert.True(found.TryLoad());
            Assert.InRange(found.Newest[1].Size, 10, 20);
        }
    }

    [Fact]
    public void A_damaged_record_with_a_later_write_behind_it_is_damage()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions { Seed = 1 });
        AnchorFile anchor = new(disk, Path, s_store);
        anchor.TryLoad();
        anchor.Write(Records(size: 10, ledgers: 1));
        anchor.Write(Records(size: 20, ledgers: 3));
        anchor.Write(Records(size: 30, ledgers: 3));
        using (IFile file = disk.Open(Path, FileAccessMode.ReadWrite))
        {
            file.Write(AnchorFormat.HeaderBytes + 400, [0xFF]);
        }

        AnchorFile found = new(disk, Path, s_store);
        StoreException damaged = Assert.Throws<StoreException>(() => found.TryLoad());
        Assert.Equal(StoreReason.Corruption, damaged.Reason);
    }

    private static Dictionary<uint, CheckpointRecord> Records(long size, uint ledgers)
    {
        Dictionary<uint, CheckpointRecord> records = [];
        for (uint id = 1; id <= ledgers; id++)
        {
            byte[] note = new byte[200];
            Array.Fill(note, (byte)id);
            records.Add(id, new CheckpointRecord(size, MerkleHash.Leaf(note), note));
        }

        return records;
    }
}
