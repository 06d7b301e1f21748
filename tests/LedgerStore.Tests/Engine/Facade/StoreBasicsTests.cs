// The store as its users see it, on a real file system with real threads.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

public sealed class StoreBasicsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Appends_are_read_back_now_and_after_reopening()
    {
        using (Store store = Open())
        {
            Ledger ledger = store.GetOrCreateLedger("payments");
            for (int i = 0; i < 1000; i++)
            {
                AppendResult result = await ledger.AppendAsync(Encoding.UTF8.GetBytes($"record {i}"));
                Assert.Equal(i, result.FirstIndex);
            }

            await CheckRecords(ledger, 1000);
        }

        using (Store store = Open())
        {
            Ledger ledger = store.GetLedger("payments");
            await CheckRecords(ledger, 1000);
            AppendResult result = await ledger.AppendAsync("one more"u8);
            Assert.Equal(1000, result.FirstIndex);
        }

        using (Store store = Open())
        {
            Assert.Equal(1001, store.GetLedger("payments").Size);
        }
    }

    [Fact]
    public async Task Large_batches_fill_segments_and_survive()
    {
        const int Batches = 1200;
        const int PerBatch = 256;
        using (Store store = Open())
        {
            Ledger ledger = store.CreateLedger("big");
            var answers = new List<Task<AppendResult>>();
            for (int i = 0; i < Batches; i++)
            {
                answers.Add(Append(ledger, i, PerBatch).AsTask());
                if (answers.Count == 16)
                {
                    foreach (Task<AppendResult> answer in answers)
                    {
                        await answer;
                    }

                    answers.Clear();
                }
            }

            foreach (Task<AppendResult> answer in answers)
            {
                await answer;
            }

            Assert.Equal(Batches * PerBatch, ledger.Size);
            await CheckRecords(ledger, Batches * PerBatch);
        }

        using (Store store = Open())
        {
            await CheckRecords(store.GetLedger("big"), Batches * PerBatch);
        }
    }

    [Fact]
    public void A_second_process_is_refused()
    {
        using Store store = Open();
        StoreException refused = Assert.Throws<StoreException>(() => Open());
        Assert.Equal(StoreReason.InUse, refused.Reason);
    }

    private static ValueTask<AppendResult> Append(Ledger ledger, int batch, int count)
    {
        var payload = new List<byte>();
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++)
        {
            byte[] record = Encoding.UTF8.GetBytes($"record {(batch * count) + i}");
            payload.AddRange(record);
            lengths[i] = record.Length;
        }

        return ledger.AppendAsync(new RecordBatch
        {
            Producer = "p"u8,
            FirstSequence = (batch * count) + 1,
            Lengths = lengths,
            Payload = payload.ToArray(),
        });
    }

    private static async Task CheckRecords(Ledger ledger, long count)
    {
        long next = 0;
        await foreach (EntrySlice slice in ledger.ReadAsync(0, long.MaxValue))
        {
            Assert.Equal(next, slice.FirstIndex);
            for (int i = 0; i < slice.Count; i++)
            {
                Assert.Equal($"record {next}", Encoding.UTF8.GetString(slice.Record(i)));
                next++;
            }
        }

        Assert.Equal(count, next);
    }

    private Store Open() =>
        Store.Open(
            new StoreOptions
            {
                Directory = Path.Combine(_root, "data"),
                JournalBudgetBytes = 16 << 20,
                ReserveBytes = 1 << 20,
            },
            new StoreTuning { JournalFileBytes = 4 << 20, BufferBytes = 1 << 20, BufferCount = 3 },
            new LinuxFileSystem());
}
