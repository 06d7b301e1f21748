// The catalog: names and ids, created durably before they can be found, and damage that names its place.

using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

public sealed class CatalogTests
{
    private static readonly UInt128 s_storeId = 77;

    [Fact]
    public void Ledgers_are_found_by_name_and_by_id_also_after_a_restart()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        Catalog catalog = Catalog.Create(disk, LogFixture.Paths, s_storeId);
        CatalogLedger payments = catalog.CreateLedger("payments.eu", "log.example.org/payments.eu", isSalted: true, 5);
        CatalogLedger other = catalog.CreateLedger("a", "log.example.org/a", isSalted: false, 6);
        CatalogLedger audit = catalog.CreateLedger("_audit", "log.example.org/_audit", isSalted: false, 7);
        Assert.Equal((1u, 2u, 0u), (payments.Id, other.Id, audit.Id));
        Assert.Equal(3u, catalog.CreateLedger("b", "log.example.org/b", isSalted: false, 8).Id);
        catalog.Freeze(2, "moved", 9);
        catalog.SetRetention(1, [1, 2, 3]);
        catalog.SetRetention(1, [4]);

        foreach (FileAccessMode mode in (FileAccessMode[])[FileAccessMode.ReadWrite, FileAccessMode.ReadOnly])
        {
            Catalog again = Catalog.Open(disk, LogFixture.Paths, s_storeId, mode);
            Assert.Equal(4, again.Count);
            Assert.Equal(payments.Created, again.Find("payments.eu")!.Created);
            Assert.Same(again.Find("payments.eu"), again.Find(1));
            Assert.Equal([4], again.Find(1)!.Retention!.Policy);
            Assert.Equal(new FrozenRecord(2, 9, "moved"), again.Find("a")!.Frozen);
            Assert.True(again.Find(1)!.IsSalted);
            Assert.False(again.Find(1)!.IsFrozen);
            Assert.Equal(["_audit", "a", "b", "payments.eu"], again.SortedByName().Select(l => l.Name));
            Assert.Null(again.Find("c"));
            Assert.Null(again.Find(4));
            Assert.Null(again.Find(uint.MaxValue));
        }
    }

    [Fact]
    public void A_name_is_taken_once_and_an_id_for_ever()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        Catalog catalog = Catalog.Create(disk, LogFixture.Paths, s_storeId);
        catalog.CreateLedger("a", "o/a", isSalted: false, 1);
        var refusal = Assert.Throws<StoreException>(() => catalog.CreateLedger("a", "o/a", isSalted: false, 1));
        Assert.Equal(StoreReason.LedgerExists, refusal.Reason);
        Assert.Equal(2u, catalog.CreateLedger("b", "o/b", isSalted: false, 1).Id);
        Assert.Equal(3u, Reopen(disk).CreateLedger("c", "o/c", isSalted: false, 1).Id);
        Assert.Equal(StoreReason.LedgerNotFound, Assert.Throws<StoreException>(() => catalog.Freeze(9, "", 1)).Reason);
    }

    [Fact]
    public void A_frozen_ledger_stays_frozen_as_it_was()
    {
        Catalog catalog = Catalog.Create(LogFixture.Disk(), LogFixture.Paths, s_storeId);
        catalog.CreateLedger("a", "o/a", isSalted: false, 1);
        catalog.Freeze(1, "first", 10);
        Assert.Equal("first", catalog.Freeze(1, "second", 20).Frozen!.Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("_mine")]
    [InlineData(".a")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\n")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Other_names_are_refused(string name)
    {
        Assert.Equal(StoreReason.InvalidArgument, Assert.Throws<StoreException>(() => LedgerName.Check(name)).Reason);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("a._-")]
    [InlineData("payments.eu-1")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void These_are_names(string name) => LedgerName.Check(name);

    [Fact]
    public void Many_changes_are_compacted_away()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        Catalog catalog = Catalog.Create(disk, LogFixture.Paths, s_storeId);
        for (int i = 0; i < 10; i++)
        {
            catalog.CreateLedger("ledger" + i, "o/ledger" + i, isSalted: i == 3, i);
        }

        catalog.Freeze(4, "why", 99);
        for (int i = 0; i < 500; i++)
        {
            catalog.SetRetention(1 + (uint)(i % 10), BitConverter.GetBytes(i).Concat(new byte[996]).ToArray());
        }

        Assert.InRange(disk.ReadAll(LogFixture.Paths.Catalog).Length, 10_000, 80_000);
        Catalog again = Reopen(disk);
        Assert.Equal(10, again.Count);
        Assert.True(again.Find(4)!.IsSalted);
        Assert.True(again.Find(4)!.IsFrozen);
        for (uint id = 1; id <= 10; id++)
        {
            Assert.Equal(489 + (int)id, BitConverter.ToInt32(again.Find(id)!.Retention!.Policy));
        }
    }

    [Fact]
    public void A_full_disk_creates_nothing_and_the_next_try_works()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        Catalog catalog = Catalog.Create(disk, LogFixture.Paths, s_storeId);
        catalog.CreateLedger("a", "o/a", isSalted: false, 1);
        disk.Faults = FaultPlans.OnNth(
            StorageOperation.Write, "catalog", 1, SimulatedFault.ShortWrite(FileErrno.NoSpace, 9));
        var refusal = Assert.Throws<StoreException>(() => catalog.CreateLedger("b", "o/b", isSalted: false, 1));
        Assert.Equal(StoreReason.DiskFull, refusal.Reason);
        Assert.Null(catalog.Find("b"));
        Assert.Null(Reopen(disk).Find("b"));
        Assert.Equal(2u, catalog.CreateLedger("c", "o/c", isSalted: false, 1).Id);
        Assert.Equal(["a", "c"], Reopen(disk).SortedByName().Select(l => l.Name));
    }

    [Fact]
    public void A_ledger_that_was_found_behind_the_commit_is_durable_before_anybody_sees_it()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        Catalog.Create(disk, LogFixture.Paths, s_storeId).CreateLedger("a", "o/a", isSalted: false, 1);
        disk.Faults = FaultPlans.OnNth(
            StorageOperation.Sync, "catalog", 1, SimulatedFault.Error(FileErrno.InputOutput));
        Catalog catalog = Reopen(disk);
        Assert.Throws<StorageException>(() => catalog.CreateLedger("b", "o/b", isSalted: false, 1));

        // The page cache shows the record, as clean pages, and the disk may not have it.
        Assert.NotNull(Reopen(disk).Find("b"));
        Assert.NotNull(Reopen(disk.Crash(new LoseAll())).Find("b"));
    }

    private static Catalog Reopen(SimulatedFileSystem disk) =>
        Catalog.Open(disk, LogFixture.Paths, s_storeId, FileAccessMode.ReadWrite);
}
