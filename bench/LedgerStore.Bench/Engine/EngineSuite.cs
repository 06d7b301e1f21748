// What appending must show: durable, hashed and compressed, next to what the machine does at best in the same minute.
// Data directories are made under TMPDIR: it must name the disk that is to be measured.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Engine;

internal sealed class EngineSuite : IBenchSuite
{
    public string Name => "engine";

    public string Summary => "durable appends: throughput, latency, allocation, memory; with the floor of the same run";

    public IReadOnlyList<Target> Targets { get; } =
    [
        Target.ShareOfFloor("engine.append.records_per_second", 0.6),
        Target.AtMost("engine.append.cpu_vs_hash_and_compress", 1.35),
        Target.AtMost("engine.append.alloc_bytes_per_record", 2),
        Target.AtLeast("engine.append.ledgers_1000_vs_1", 0.9),
        Target.AtMost("engine.single.latency_vs_floor", 1.5),
        Target.AtMost("engine.memory.peak_anonymous_mb", 400),
        Target.AtMost("engine.memory.idle_10000_ledgers_mb", 200),
    ];

    public void Run(BenchRun run)
    {
        double rate = 0;
        Part(run, "append", () =>
        {
            FlooredLoad one = new(run, new LoadShape());
            one.Report("engine.append");
            rate = one.RecordsPerSecond;
        });
        Part(run, "ledgers", () => LedgersCompared.Measure(run));
        Part(run, "single", () => SingleAppends.Measure(run));
        Part(run, "open_loop", () => OpenLoops.Measure(run, rate > 0 ? rate : 1_000_000));
        Part(run, "memory", () => MemoryUse.Measure(run));
        Part(run, "sweeps", () => AppendSweeps.Measure(run));
    }

    private static void Part(BenchRun run, string name, Action measure)
    {
        if (run.Options.Includes(name))
        {
            measure();
        }
    }
}
