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
        LoadShape shape = new();
        FlooredLoad one = new(run, shape);
        one.Report("engine.append", FlooredLoad.Targets.Of(1_000_000, 0.6, 2));
    }
}
