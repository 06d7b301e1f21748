// What appending must show: durable, hashed and compressed, next to what the machine does at best in the same minute.
// Data directories are made under TMPDIR: it must name the disk that is to be measured.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Engine;

internal sealed class EngineSuite : IBenchSuite
{
    public string Name => "engine";

    public string Summary => "durable appends: throughput, latency, allocation, memory; with the floor of the same run";

    public void Run(BenchRun run)
    {
        double rate = 0;
        Part(run, "append", () =>
        {
            FlooredLoad one = new(run, new LoadShape());
            one.Report("engine.append", FlooredLoad.Targets.Of(rate: 1_000_000, share: 0.6, allocation: 2));
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
