// Many producers, readers and followers of a store on a real disk, with small limits so that every queue fills and
// every file turns over, and a model that knows what each entry must be.
using System.Buffers.Binary;
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Fields;
using Xunit;

namespace LedgerStore.Tests.Engine.Load;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class StoreLoadTests : IDisposable
{
    private const int Producers = 6;
    private const int RecordsPerBatch = 60;
    private const int RecordBytes = 24;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;
    private readonly CancellationTokenSource _stop = new(s_patience);

    private static bool Long => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    private static int BatchesPerProducer => Long ? 20_000 : 420;

    private static int Total => Producers * BatchesPerProducer * RecordsPerBatch;

    public void Dispose()
    {
        _stop.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Producers_readers_and_followers_agree_while_segments_are_sealed()
    {
        using (Store store = Open())
        {
            // All on one ledger, so that it seals segments; the odd ones on a second one too.
            Ledger large = store.CreateLedger("large");
            Ledger small = store.CreateLedger("small", new LedgerOptions { IsSalted = true });
            using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Task<long>[] followers = [Follow(large, Total), Follow(large, Total), Follow(small, Total / 2)];
            Task[] readers = [ReadAnywhere(large, 1, done.Token), ReadAnywhere(small, 2, done.Token)];
            await Task.WhenAll(Enumerable.Range(0, Producers).Select(p => Produce(large, p, repeats: true))
                .Concat(Enumerable.Range(0, Producers / 2).Select(p => Produce(small, p, repeats: false))));
            Assert.Equal([Total, Total, Total / 2], await Task.WhenAll(followers));
            await done.CancelAsync();
            await Task.WhenAll(readers);
            Assert.Null(store.Failure);
        }

        using Store again = Open();
        Assert.Equal(Total, await Follow(again.GetLedger("large"), Total));
        Assert.Equal(Total / 2, await Follow(again.GetLedger("small"), Total / 2));
    }

    [Fact]
    public async Task A_sealed_segment_that_is_cut_or_removed_while_the_store_runs_is_lost_and_nothing_else()
    {
        using Store store = Open();
        Ledger ledger = store.CreateLedger("large");
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(p => Produce(ledger, p, repeats: false)));
        string files = Directory.GetDirectories(_root, "1", SearchOption.AllDirectories).Single();   // 0 is _audit
        string[] segments = [.. Directory.EnumerateFiles(files, "*.seg", SearchOption.AllDirectories).Order()];
        Assert.True(segments.Length >= 3, "two segments are sealed and one is open");
        await AssertReadable(ledger, 10);

        // One that is mapped is cut, one that was never read is removed.
        File.SetUnixFileMode(segments[0], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (FileStream file = new(segments[0], FileMode.Open, FileAccess.Write))
        {
            file.SetLength(8192);
        }

        File.Delete(segments[1]);
        await AssertLost(ledger, 60_000);
        await AssertLost(ledger, 65_536 + 30_000);
        await AssertReadable(ledger, Total - 5);
        AppendResult result = await ledger.AppendAsync("goes on"u8);
        Assert.Equal(Total, result.FirstIndex);
    }

    [Fact]
    public async Task Who_follows_a_store_that_is_closed_is_told()
    {
        Store store = Open();
        Ledger ledger = store.CreateLedger("quiet");
        Task<long> follower = Follow(ledger, 1);
        Task waiter = ledger.WaitForAsync(1, _stop.Token).AsTask();
        store.Dispose();
        StoreException told = await Assert.ThrowsAsync<StoreException>(() => follower);
        Assert.Equal(StoreReason.Closed, told.Reason);
        Assert.Equal(StoreReason.Closed, (await Assert.ThrowsAsync<StoreException>(() => waiter)).Reason);
    }

    private static byte[] Payload(int producer, int batch)
    {
        byte[] payload = new byte[RecordsPerBatch * RecordBytes];
        for (int i = 0; i < RecordsPerBatch; i++)
        {
            Span<byte> record = payload.AsSpan(i * RecordBytes, RecordBytes);
            BinaryPrimitives.WriteInt32LittleEndian(record, producer);
            BinaryPrimitives.WriteInt32LittleEndian(record[4..], (batch * RecordsPerBatch) + i + 1);
        }

        return payload;
    }

    private static ValueTask<AppendResult> Send(Ledger ledger, int producer, int batch) => ledger.AppendAsync(
        new RecordBatch
        {
            Producer = Encoding.UTF8.GetBytes($"p{producer}"),
            FirstSequence = ((long)batch * RecordsPerBatch) + 1,
            Lengths = Enumerable.Repeat(RecordBytes, RecordsPerBatch).ToArray(),
            Payload = Payload(producer, batch),
        });

    private async Task Produce(Ledger ledger, int producer, bool repeats)
    {
        await Task.Yield();
        Queue<(int Batch, Task<AppendResult> Answer)> open = new();
        for (int batch = 0; batch < BatchesPerProducer; batch++)
        {
            open.Enqueue((batch, Send(ledger, producer, batch).AsTask()));
            if (repeats && batch % 17 == 0)
            {
                // The same once more while the first is under way, or just done: the first answer comes again.
                Task<AppendResult> again = Send(ledger, producer, batch).AsTask();
                AppendResult first = await open.Last().Answer.WaitAsync(_stop.Token);
                AppendResult second = await again.WaitAsync(_stop.Token);
                Assert.Equal(first with { IsDuplicate = true }, second);
            }

            while (open.Count > (batch == BatchesPerProducer - 1 ? 0 : 7))
            {
                AppendResult result = await open.Dequeue().Answer.WaitAsync(_stop.Token);
                Assert.Equal(RecordsPerBatch, result.Count);
            }
        }
    }

    /// <summary>Reads everything as it comes: every producer's records in order, none missing, none twice.</summary>
    private async Task<long> Follow(Ledger ledger, long count)
    {
        await Task.Yield();
        int[] last = new int[Producers];
        long next = 0;
        long micros = 0;
        await foreach (EntrySlice slice in ledger.FollowAsync(0, _stop.Token))
        {
            Assert.Equal(next, slice.FirstIndex);
            for (int i = 0; i < slice.Count; i++)
            {
                EntryView entry = EntryView.Parse(slice.Entry(i));
                int producer = BinaryPrimitives.ReadInt32LittleEndian(entry.Payload);
                Assert.True(entry.ReceivedMicros >= micros, "time goes back");
                micros = entry.ReceivedMicros;
                Assert.True(++last[producer] == BinaryPrimitives.ReadInt32LittleEndian(entry.Payload[4..]), "order");
                Assert.True(entry.Sequence == last[producer], "sequence");
            }

            next += slice.Count;
            if (next >= count)
            {
                break;
            }
        }

        return next;
    }

    private async Task ReadAnywhere(Ledger ledger, int seed, CancellationToken stop)
    {
        await Task.Yield();
        Random random = new(seed);
        while (!stop.IsCancellationRequested)
        {
            long size = ledger.Size;
            long first = random.NextInt64(size + 1);
            long next = first;
            await foreach (EntrySlice slice in ledger.ReadAsync(first, 700, _stop.Token))
            {
                Assert.Equal(next, slice.FirstIndex);
                next += slice.Count;
            }

            Assert.True(next >= Math.Min(size, first + 700), "what was acknowledged can be read");
        }
    }

    private async Task AssertReadable(Ledger ledger, long index)
    {
        await foreach (EntrySlice slice in ledger.ReadAsync(index, 1, _stop.Token))
        {
            Assert.Equal(index, slice.FirstIndex);
            Assert.Equal(RecordBytes, slice.Record(0).Length);
        }
    }

    private async Task AssertLost(Ledger ledger, long index)
    {
        StoreException lost = await Assert.ThrowsAsync<StoreException>(() => AssertReadable(ledger, index));
        Assert.Equal(StoreReason.DataLoss, lost.Reason);
        Assert.InRange(index, lost.FirstIndex, lost.FirstIndex + lost.Count - 1);
    }

    private Store Open() => Store.Open(
        new StoreOptions
        {
            Directory = Path.Combine(_root, "data"),
            JournalBudgetBytes = 4 << 20,
            CacheBytes = 256 << 10,
            ReserveBytes = 1 << 20,
        },
        new StoreTuning
        {
            JournalFileBytes = 1 << 20,
            BufferBytes = 128 << 10,
            BufferCount = 3,
            HeldBytesMax = 2 << 20,
            HashHelpers = 1,
        },
        new LinuxFileSystem());
}
