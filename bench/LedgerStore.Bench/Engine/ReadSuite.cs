// What reading must show, through the public surface, on one thread: sealed segments in the page cache. And what a
// store costs that grows. Parts, for --only: segments, sizes.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Bench.Engine;

internal sealed class ReadSuite : IBenchSuite
{
    private const int SegmentEntries = 65_536;
    private const int RecordBytes = 256;
    private const int Reads = 4_096;

    // 500 bundles of 85 KB fit the default cache of 64 MiB.
    private const int WarmBundles = 500;

    private long _sum;

    public string Name => "read";

    public string Summary => "reading sealed segments in order and at random; what a growing store costs";

    /// <summary>One thread that waits for nothing: the disk is not asked.</summary>
    public BenchClock Clock => BenchClock.ThreadCpu;

    public IReadOnlyList<Target> Targets { get; } =
    [
        Target.ShareOfFloor("engine.read.sequential_records_per_second", 0.4),
        Target.ShareOfFloor("engine.read.random_page_cache_per_second", 0.4),
        Target.AtMost("engine.disk.bytes_ratio", 0.55),
    ];

    public void Run(BenchRun run)
    {
        if (run.Options.Includes("segments"))
        {
            Segments(run);
        }

        if (run.Options.Includes("sizes"))
        {
            StoreSizes.Measure(run);
        }
    }

    private void Segments(BenchRun run)
    {
        int segments = run.Options.Quick ? 8 : 32;
        double decoded = DecodeFloor(run);
        string directory = Directory.CreateTempSubdirectory("ledgerstore-bench-").FullName;
        try
        {
            Fill(directory, segments);
            ReportBytes(run, directory, segments);
            using (Store store = Open(directory, cacheBytes: 64 << 20))
            {
                Ledger ledger = store.GetLedger(BenchStore.Name(0));
                long[] warm = Indexes(WarmBundles * 256L);
                run.Rate("engine.read.random_warm_per_second", Reads, () => ReadSingly(ledger, warm));
                run.Rate(
                    "engine.read.sequential_records_per_second", ledger.Size, () => ReadInOrder(ledger), decoded);
            }

            using (Store store = Open(directory, cacheBytes: 1 << 20))
            {
                Ledger ledger = store.GetLedger(BenchStore.Name(0));
                long[] cold = Indexes(ledger.Size);
                run.Rate(
                    "engine.read.random_page_cache_per_second", Reads, () => ReadSingly(ledger, cold),
                    floor: decoded / BuiltBundles.Entries);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Store Open(string directory, long cacheBytes) =>
        Store.Open(new StoreOptions { Directory = directory, CacheBytes = cacheBytes });

    /// <summary>Entries per second that only have to be decompressed, bundle by bundle.</summary>
    private static double DecodeFloor(BenchRun run)
    {
        byte[][] bundles = BuiltBundles.Make(RecordBytes);
        byte[] decoded = new byte[bundles.Max(bundle => bundle.Length)];
        byte[] compressed = new byte[2 * decoded.Length];
        byte[][] blocks = [.. bundles.Select(bundle => compressed[..Lz4.Compress(bundle, compressed, Lz4Effort.Fast)])];
        long next = 0;
        run.Note("floor of reads: one thread that decompresses the same bundles, for a single read a whole one. Reads "
            + "from the cache have none: they wait for nothing and compute nothing but a place.");
        return run.Rate("engine.read.floor.decompress_entries_per_second", BuiltBundles.Entries, () =>
        {
            long bundle = next++ % blocks.Length;
            Lz4.TryDecompress(blocks[bundle], decoded.AsSpan(0, bundles[bundle].Length));
        }).Value;
    }

    private static void Fill(string directory, int segments)
    {
        using Store store = Open(directory, cacheBytes: 64 << 20);
        LedgerFill fill = new(store.CreateLedger(BenchStore.Name(0)), RecordBytes);
        fill.AppendAsync((long)segments * SegmentEntries).GetAwaiter().GetResult();
    }

    private static void ReportBytes(BenchRun run, string directory, int segments)
    {
        // Ledger 0 is _audit, which every store has.
        string ledger = Path.Combine(directory, "ledgers", "1");
        FileInfo[] files = [.. Directory.EnumerateFiles(ledger, "*.seg", SearchOption.AllDirectories)
            .Select(file => new FileInfo(file))];
        if (files.Length != segments)
        {
            throw new InvalidOperationException($"{files.Length} files instead of {segments} sealed segments");
        }

        double ratio = files.Sum(file => (double)file.Length) / ((double)segments * SegmentEntries * RecordBytes);
        run.LessIsBetter("engine.disk.bytes_ratio", "B/B", [ratio]);
    }

    private static long[] Indexes(long below)
    {
        Random random = new(11);
        return [.. Enumerable.Range(0, Reads).Select(_ => random.NextInt64(below))];
    }

    private void ReadInOrder(Ledger ledger) => ReadInOrderAsync(ledger).GetAwaiter().GetResult();

    private async Task ReadInOrderAsync(Ledger ledger)
    {
        await foreach (EntrySlice slice in ledger.ReadAsync(0, ledger.Size).ConfigureAwait(false))
        {
            for (int number = 0; number < slice.Count; number++)
            {
                _sum += slice.Entry(number)[^1];
            }
        }
    }

    private void ReadSingly(Ledger ledger, long[] indexes) => ReadSinglyAsync(ledger, indexes).GetAwaiter().GetResult();

    private async Task ReadSinglyAsync(Ledger ledger, long[] indexes)
    {
        foreach (long index in indexes)
        {
            await foreach (EntrySlice slice in ledger.ReadAsync(index, 1).ConfigureAwait(false))
            {
                _sum += slice.Entry(0)[^1];
            }
        }
    }
}
