// Leaf hashes of whole bundles on each path: mixed lengths, one length, and so few entries that lanes stay empty.
using BenchmarkDotNet.Attributes;
using LedgerStore.Bench.Proofs;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class BundleHashBenchmarks
{
    private readonly HashWork _work = new();
    private readonly byte[] _equal = HashWork.MakeBundle(new Random(2), HashWork.Entries, () => 256);

    public static IEnumerable<string> PathNames => Sha256Paths.Supported().Select(path => path.ToString());

    [ParamsSource(nameof(PathNames))]
    public string Path { get; set; } = "";

    [Benchmark(OperationsPerInvoke = HashWork.Entries)]
    public void Mixed150To400() => Hash(_work.Bundle, HashWork.Entries);

    [Benchmark(OperationsPerInvoke = HashWork.Entries)]
    public void Equal256() => Hash(_equal, HashWork.Entries);

    [Benchmark]
    public void LaneThresholdTwo() => Hash(_equal, 2);

    [Benchmark]
    public void LaneThresholdThree() => Hash(_equal, 3);

    private void Hash(byte[] bundle, int entries) =>
        Sha256Batch.HashBundle(Enum.Parse<Sha256Path>(Path), bundle, _work.Leaves.AsSpan(0, entries));
}
