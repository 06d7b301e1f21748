// One leaf at a time: where the framework's call begins to pay (MerkleHash.ScalarBytesMax).
using BenchmarkDotNet.Attributes;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class SingleHashBenchmarks
{
    private readonly byte[] _entry = new byte[4096];

    [Params(32, 64, 118, 119, 182, 256, 1024, 4096)]
    public int Length { get; set; }

    [Benchmark(Baseline = true)]
    public Hash256 Framework() => MerkleHash.Framework(MerkleHash.LeafPrefix, _entry.AsSpan(0, Length));

    [Benchmark]
    public Hash256 Scalar() =>
        Sha256Message.Hash<Sha256Scalar>(MerkleHash.LeafPrefix, _entry.AsSpan(0, Length));
}
