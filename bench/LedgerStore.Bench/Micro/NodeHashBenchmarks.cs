// Node hashes on each path, and how few of them are worth a pass of the lanes (Sha256Lanes.NodesMin).
using BenchmarkDotNet.Attributes;
using LedgerStore.Bench.Proofs;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class NodeHashBenchmarks
{
    private readonly HashWork _work = new();

    internal static IEnumerable<Sha256Path> Paths => Sha256Paths.Supported();

    // The enumeration is internal to the library, so its names are the parameter.
    public static IEnumerable<string> PathNames => Paths.Select(path => path.ToString());

    [ParamsSource(nameof(PathNames))]
    public string Path { get; set; } = "";

    [Benchmark(OperationsPerInvoke = HashWork.Nodes)]
    public void Level() => Sha256Batch.HashNodes(Enum.Parse<Sha256Path>(Path), _work.Children, _work.Parents);

    [Benchmark]
    public void LaneThresholdOne() => Few(1);

    [Benchmark]
    public void LaneThresholdTwo() => Few(2);

    [Benchmark]
    public void LaneThresholdThree() => Few(3);

    private void Few(int nodes) => Sha256Batch.HashNodes(
        Enum.Parse<Sha256Path>(Path), _work.Children.AsSpan(0, 2 * nodes), _work.Parents.AsSpan(0, nodes));
}
