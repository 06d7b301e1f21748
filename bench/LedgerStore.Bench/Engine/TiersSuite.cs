// What tiers must show: work in the background that appends hardly feel, smaller warm segments, and proofs that do not
// care where the payload is. Parts, for --only: slowdown, ratio, proofs, s3.
// Data directories are made under TMPDIR: it must name the disk that is to be measured.
using System.Diagnostics;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Engine;

internal sealed class TiersSuite : IBenchSuite
{
    private const long MegaByte = 1_000_000;
    private const int SegmentEntries = 65_536;
    private const int RecordBytes = 256;
    private const int ProofsAtOnce = 4_096;
    private const int Reads = 1_024;
    private static readonly RetentionPolicy s_cold = new() { ColdAfter = TimeSpan.Zero };

    private readonly Hash256[] _proof = new Hash256[TreeMath.ProofHashesMax];
    private readonly Random _random = new(5);

    public string Name => "tiers";

    public string Summary => "moving under load, size of warm segments, proofs for what is cold or gone";

    public IReadOnlyList<Target> Targets { get; } =
    [
        Target.AtMost("tiers.append_slowdown", 0.1),
        Target.AtMost("tiers.warm_ratio", 0.85),
        Target.AtLeast("tiers.proofs.cold_vs_hot", 0.9),
        Target.AtLeast("tiers.proofs.expired_vs_hot", 0.9),
    ];

    public void Run(BenchRun run)
    {
        if (run.Options.Includes("slowdown"))
        {
            RunSlowdown(run).GetAwaiter().GetResult();
        }

        using SigningKey key = SigningKey.Generate();
        using BenchStore store = new(1, key, options => WithTiers(options, 200 * MegaByte));
        if (run.Options.Includes("ratio"))
        {
            RunRatio(run, store).GetAwaiter().GetResult();
        }

        if (run.Options.Includes("proofs"))
        {
            RunProofs(run, store).GetAwaiter().GetResult();
        }

        // Starting the server takes longer than all else of a quick run; asked for by its name, it is measured.
        if (run.Options.Includes("s3") && (!run.Options.Quick || run.Options.Only is not null))
        {
            BucketReads.MeasureAsync(run).GetAwaiter().GetResult();
        }
    }

    private static double Rate(LoadFigure figure) => figure.Records / figure.Seconds;

    /// <summary>The same load without, with and again without work in the background: a machine that becomes slower
    /// meanwhile does so for both.</summary>
    private static async Task RunSlowdown(BenchRun run)
    {
        // A little more than what is asked for, as by default: the work also waits while batches wait.
        using BenchStore store = new(1, key: null, options => WithTiers(options, 25 * MegaByte));
        TimeSpan time = TimeSpan.FromSeconds(Math.Max(run.Options.Quick ? 3 : 6, run.Options.RunTime.TotalSeconds));
        List<Ledger> old = [];
        for (int i = 0; i < run.Options.Runs; i++)
        {
            // Each byte of a segment is read once, written once smaller, and read again: more than a run can do.
            old.Add(store.Store.CreateLedger($"old-{i}"));
            await FillAsync(old[i], segments: 1 + (int)(time.TotalSeconds * 25 / 18)).ConfigureAwait(false);
        }

        using AppendLoad load = new(store, new LoadShape());
        load.WarmUp().Tell(run, "tiers.append_slowdown");
        List<double> slowdowns = [];
        List<double> rates = [];
        List<double> entries = [];
        foreach (Ledger ledger in old)
        {
            LoadFigure alone = load.Run(time);
            ledger.SetRetention(s_cold);
            long bytes = store.Store.TieringStatus.Bytes;
            long hot = RawOf(ledger, "hot");
            long start = Stopwatch.GetTimestamp();
            Task moved = ledger.ApplyRetentionAsync();
            LoadFigure beside = load.Run(time);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            rates.Add((store.Store.TieringStatus.Bytes - bytes) / seconds);
            entries.Add((hot - RawOf(ledger, "hot")) / seconds);
            await moved.ConfigureAwait(false);
            LoadFigure after = load.Run(time);
            slowdowns.Add(1 - (2 * Rate(beside) / (Rate(alone) + Rate(after))));
        }

        run.LessIsBetter("tiers.append_slowdown", "", slowdowns);
        run.MoreIsBetter("tiers.background.bytes_per_second", "B/s", rates);
        run.MoreIsBetter("tiers.background.entry_bytes_per_second", "B/s", entries);
        if (store.Store.TieringStatus.LastFailure is { } failure)
        {
            throw new InvalidOperationException(failure);
        }
    }

    private static async Task RunRatio(BenchRun run, BenchStore store)
    {
        Ledger ledger = store.Store.CreateLedger("warm");
        await FillAsync(ledger, segments: 4).ConfigureAwait(false);
        long hot = BytesOf(ledger, "hot");
        ledger.SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.Zero });
        long start = Stopwatch.GetTimestamp();
        await ledger.ApplyRetentionAsync().ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double ratio = (double)BytesOf(ledger, "warm") / hot;
        run.LessIsBetter("tiers.warm_ratio", "B/B", [ratio]);
        CpuFloor cpu = new(RecordBytes, Lz4Effort.Densest);
        double floor = cpu.Run(run.Options.RunTime) * hot / ledger.Size;
        run.MoreIsBetter("tiers.recompress.bytes_per_second", "B/s", [hot / seconds], floor);
        run.Note("floor of recompressing: one core that hashes and compresses the same entries, in bytes of hot files. "
            + "The ratios compare with the store itself, and reads from a directory of other files have no floor.");
    }

    private async Task RunProofs(BenchRun run, BenchStore store)
    {
        Ledger hot = await MakeAsync(store, "hot", RetentionPolicy.KeepAll).ConfigureAwait(false);
        Ledger cold = await MakeAsync(store, "cold", s_cold).ConfigureAwait(false);
        Ledger gone = await MakeAsync(
            store, "gone", new RetentionPolicy { ExpireAfter = TimeSpan.Zero }).ConfigureAwait(false);
        if (BytesOf(cold, "cold") == 0 || gone.FirstReadable != gone.Size)
        {
            throw new InvalidOperationException($"nothing moved: {store.Store.TieringStatus.LastFailure}");
        }

        run.Rate("tiers.proofs.hot_per_second", ProofsAtOnce, () => Prove(hot));
        run.Rate("tiers.proofs.cold_per_second", ProofsAtOnce, () => Prove(cold));
        run.Rate("tiers.proofs.expired_per_second", ProofsAtOnce, () => Prove(gone));
        run.Speedup("tiers.proofs.cold_vs_hot", () => Prove(hot), () => Prove(cold));
        run.Speedup("tiers.proofs.expired_vs_hot", () => Prove(hot), () => Prove(gone));
        run.Rate("tiers.read.cold_directory_per_second", Reads, () => Read(cold).GetAwaiter().GetResult());
    }

    private static async Task<Ledger> MakeAsync(BenchStore store, string name, RetentionPolicy policy)
    {
        Ledger ledger = store.Store.CreateLedger(name);
        await FillAsync(ledger, segments: 2).ConfigureAwait(false);
        await ledger.WaitForCheckpointAsync(ledger.Size).ConfigureAwait(false);
        ledger.SetRetention(policy);
        await ledger.ApplyRetentionAsync().ConfigureAwait(false);
        return ledger;
    }

    private static Task FillAsync(Ledger ledger, long segments) =>
        new LedgerFill(ledger, RecordBytes).AppendAsync(segments * SegmentEntries);

    /// <summary>Bytes of a tier's files.</summary>
    private static long BytesOf(Ledger ledger, string tier) =>
        ledger.Describe().Tiers.Where(share => share.Tier == tier).Sum(static share => share.StoredBytes);

    /// <summary>What the entries of a tier are without compression.</summary>
    private static long RawOf(Ledger ledger, string tier) =>
        ledger.Describe().Tiers.Where(share => share.Tier == tier).Sum(static share => share.RawBytes);

    private void Prove(Ledger ledger)
    {
        for (int i = 0; i < ProofsAtOnce; i++)
        {
            ledger.ProveInclusion(_random.NextInt64(ledger.Size), ledger.Size, _proof);
        }
    }

    private async Task Read(Ledger ledger)
    {
        for (int i = 0; i < Reads; i++)
        {
            await foreach (EntrySlice slice in ledger.ReadAsync(_random.NextInt64(ledger.Size), 1)
                .ConfigureAwait(false))
            {
                _proof[0] = MerkleHash.Leaf(slice.Entry(0));
            }
        }
    }

    private static StoreOptions WithTiers(StoreOptions options, long bytesPerSecond) => options with
    {
        CacheBytes = 8 << 20,
        ColdDirectory = options.Directory + ".cold",
        Tiering = new TieringOptions
        {
            BytesPerSecond = bytesPerSecond,
            Interval = TimeSpan.FromDays(1),

            // A bench cannot wait for a day.
            SecondCheckAfter = TimeSpan.Zero,
        },
    };
}
