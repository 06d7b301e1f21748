// Damage in one ledger's files: that ledger is read-only and says why, everybody else goes on.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

public sealed class DamagedLedgerTests : IDisposable
{
    private const int PerBatch = 512;
    private const int Sealed = 65_536;

    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;

    private string LedgerDirectory => Path.Combine(_root, "data", "ledgers", "1");

    private string Segments => Path.Combine(LedgerDirectory, "segments");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_damaged_state_log_leaves_the_sealed_entries_readable()
    {
        await Fill(Sealed + 1000);
        Flip(Path.Combine(LedgerDirectory, "state.log"), 1536 + 20);
        await CheckDamaged(readable: Sealed);
    }

    [Fact]
    public async Task A_missing_state_log_is_damage_and_not_a_new_ledger()
    {
        await Fill(Sealed + 1000);
        File.Delete(Path.Combine(LedgerDirectory, "state.log"));
        await CheckDamaged(readable: Sealed);
    }

    [Fact]
    public async Task A_damaged_last_block_makes_the_ledger_read_only()
    {
        await Fill(Sealed + 1000);
        string open = Directory.GetFiles(Segments).Order().Last();
        Flip(open, new FileInfo(open).Length - 100);
        await CheckDamaged(readable: Sealed + 768);
    }

    [Fact]
    public async Task A_damaged_full_block_is_data_loss_for_its_bundle_only()
    {
        await Fill(Sealed + 1000);
        Flip(Directory.GetFiles(Segments).Order().Last(), 64 + 200);
        using Store store = Open();
        Ledger ledger = store.GetLedger("a");
        StoreException lost = await Assert.ThrowsAsync<StoreException>(() => ReadAll(ledger, 0));
        Assert.Equal(StoreReason.DataLoss, lost.Reason);
        Assert.Equal(Sealed, lost.FirstIndex);
        Assert.Equal(256, lost.Count);
        Assert.Equal(1000 - 256, await ReadAll(ledger, Sealed + 256));
    }

    [Fact]
    public async Task A_missing_open_segment_takes_only_its_entries()
    {
        await Fill(Sealed + 1000);
        File.Delete(Directory.GetFiles(Segments).Order().Last());
        await CheckDamaged(readable: Sealed);
    }

    [Fact]
    public async Task A_missing_sealed_segment_is_data_loss_for_its_range_only()
    {
        await Fill(Sealed + 1000);
        File.Delete(Directory.GetFiles(Segments).Order().First());
        using Store store = Open();
        Ledger ledger = store.GetLedger("a");
        StoreException lost = await Assert.ThrowsAsync<StoreException>(() => ReadAll(ledger, 0));
        Assert.Equal(StoreReason.DataLoss, lost.Reason);
        Assert.Equal(0, lost.FirstIndex);
        Assert.Equal(Sealed, lost.Count);
        Assert.Equal(1000, await ReadAll(ledger, Sealed));
    }

    /// <summary>Opened again, a is read-only and says so, and b takes appends.</summary>
    private async Task CheckDamaged(long readable)
    {
        for (int start = 0; start < 2; start++)
        {
            using Store store = Open();
            Ledger damaged = store.GetLedger("a");
            StoreException refused =
                await Assert.ThrowsAsync<StoreException>(() => damaged.AppendAsync("more"u8).AsTask());
            Assert.Equal(StoreReason.LedgerReadOnly, refused.Reason);
            long sound = 0;
            StoreException? lost = null;
            try
            {
                await foreach (EntrySlice slice in damaged.ReadAsync(0, long.MaxValue))
                {
                    Assert.Equal(sound, slice.FirstIndex);
                    Assert.Equal($"record {sound}", Encoding.UTF8.GetString(slice.Record(0)));
                    sound += slice.Count;
                }
            }
            catch (StoreException error)
            {
                lost = error;
            }

            Assert.True(sound >= readable, $"{sound} entries are readable, {readable} are sound");
            Assert.True(lost is null ? sound == damaged.Size : lost.Reason == StoreReason.DataLoss);
            await store.GetLedger("b").AppendAsync("goes on"u8);
        }
    }

    private async Task Fill(int count)
    {
        using Store store = Open();
        Ledger a = store.CreateLedger("a");
        store.CreateLedger("b");
        for (int next = 0; next < count;)
        {
            int taken = Math.Min(PerBatch, count - next);
            byte[][] records = [.. Enumerable.Range(next, taken).Select(i => Encoding.UTF8.GetBytes($"record {i}"))];
            await a.AppendAsync(new RecordBatch
            {
                Lengths = records.Select(r => r.Length).ToArray(),
                Payload = records.SelectMany(r => r).ToArray(),
            });
            next += taken;
        }
    }

    private static async Task<long> ReadAll(Ledger ledger, long first)
    {
        long count = 0;
        await foreach (EntrySlice slice in ledger.ReadAsync(first, long.MaxValue))
        {
            count += slice.Count;
        }

        return count;
    }

    private static void Flip(string path, long offset)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[offset] ^= 0x10;
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
    }

    private Store Open() => Store.Open(
        new StoreOptions
        {
            Directory = Path.Combine(_root, "data"),
            JournalBudgetBytes = 16 << 20,
            ReserveBytes = 1 << 20,
        },
        new StoreTuning { JournalFileBytes = 4 << 20, BufferBytes = 1 << 20, BufferCount = 3 },
        new LinuxFileSystem());
}
