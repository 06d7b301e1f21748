// What an append costs in things that can be counted, the same on every machine: calls to the disk, bytes on it, bytes
// allocated. A change that makes one of them worse fails here; times are for the benchmarks.
using LedgerStore.Bench.Engine;
using LedgerStore.Engine;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Tests.Engine.Crash;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Counters;

[Collection(nameof(CountedAlone))]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class CounterGateTests : IDisposable
{
    private const int BatchRecords = 64;
    private const int SegmentRecords = 65_536;
    private const int Outstanding = 16;
    private const int Rounds = 8;
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;
    private readonly int[] _lengths = Enumerable.Repeat(AuditRecords.PayloadBytes, BatchRecords).ToArray();
    private readonly byte[] _payload = new byte[SegmentRecords * AuditRecords.PayloadBytes];
    private long _sent;

    public CounterGateTests()
    {
        AuditRecords records = new(seed: 7);
        for (int i = 0; i < SegmentRecords; i++)
        {
            records.NextPayload(_payload.AsSpan(i * AuditRecords.PayloadBytes, AuditRecords.PayloadBytes));
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public void A_group_commit_is_one_write_and_one_sync_however_many_batches_it_holds(int batches)
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        StoreOptions options = new()
        {
            Directory = "/data",
            ReserveBytes = 0,
            JournalBudgetBytes = 32 << 20,
            Time = new ManualTime(DateTimeOffset.UnixEpoch),
        };
        StoreTuning tuning = new()
        {
            BufferBytes = 1 << 20,
            BufferCount = 3,
            JournalFileBytes = 8 << 20,
            HashHelpers = 0,
        };
        using StoreCore core = new StoreOpener(disk, options, tuning, new SeededBytes(1)).Open();
        OpenLedger log = core.Ledgers.Get(core.CreateLedger("one", new LedgerOptions()).Id);
        for (int commit = 0; commit < 5; commit++)
        {
            while (core.RunSequencer() | core.RunBundler() | core.RunFlusher())
            {
                // Until the journal has made its next file ready and everything before is done.
            }

            ValueTask<AppendResult>[] answers = [.. Enumerable.Range(0, batches)
                .Select(_ => core.Appends.AppendAsync(log, NextBatch(), CancellationToken.None))];
            long before = disk.CallCount;
            Assert.True(core.RunSequencer());
            long calls = disk.CallCount - before;

            // The first one takes its file.
            Assert.True(commit == 0 || calls == 2, $"commit {commit} made {calls} calls");
            Assert.All(answers, static answer => Assert.True(answer.IsCompletedSuccessfully));
        }
    }

    [Fact]
    public async Task A_record_costs_few_bytes_on_the_disk_and_few_of_the_heap()
    {
        using Store store = Store.Open(new StoreOptions { Directory = Path.Combine(_root, "data") });
        Ledger ledger = store.CreateLedger("one");
        List<double> perRecord = [];
        for (int round = 0; round < Rounds; round++)
        {
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            await AppendAsync(ledger, SegmentRecords);
            perRecord.Add((GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)SegmentRecords);
        }

        // The least of them: in the others the pools still grow to what this machine needs. Measured 1.5, with the
        // answers' tasks of this loop; one object for each record would be 24 or more.
        Assert.True(perRecord.Min() < 4, $"bytes allocated for each record, by round: {string.Join(' ', perRecord)}");

        long bytes = Directory.EnumerateFiles(_root, "*.seg", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length);
        double ratio = (double)bytes / (ledger.Size * AuditRecords.PayloadBytes);
        Assert.True(ratio is > 0.2 and < 0.55, $"{ratio:F3} bytes of segments for each byte of payload");
    }

    private async Task AppendAsync(Ledger ledger, int records)
    {
        ValueTask<AppendResult>[] answers = new ValueTask<AppendResult>[Outstanding];
        int batches = records / BatchRecords;
        for (int batch = 0; batch < batches + Outstanding; batch++)
        {
            int place = batch % Outstanding;
            if (batch >= Outstanding)
            {
                await answers[place];
            }

            if (batch < batches)
            {
                Send(ledger, out answers[place]);
            }
        }

        await ledger.WaitForAsync(ledger.Size);
    }

    private void Send(Ledger ledger, out ValueTask<AppendResult> answer) => answer = ledger.AppendAsync(NextBatch());

    private RecordBatch NextBatch()
    {
        int bytes = BatchRecords * AuditRecords.PayloadBytes;
        int offset = (int)(_sent++ % (SegmentRecords / BatchRecords)) * bytes;
        return new RecordBatch { Lengths = _lengths, Payload = _payload.AsSpan(offset, bytes) };
    }
}
