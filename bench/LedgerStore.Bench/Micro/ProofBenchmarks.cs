// Proofs in a tree of 2^30 entries; each figure is for one proof. Verifying must allocate nothing.
using BenchmarkDotNet.Attributes;
using LedgerStore.Bench.Proofs;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class ProofBenchmarks
{
    private readonly ProofWork _work = new();

    [Benchmark(OperationsPerInvoke = ProofWork.Proofs)]
    public void VerifySingly() => _work.VerifySingly();

    [Benchmark(OperationsPerInvoke = ProofWork.Proofs)]
    public void VerifyInBatchesOf16() => _work.VerifyInBatchesOf(16);

    [Benchmark(OperationsPerInvoke = ProofWork.Proofs)]
    public void VerifyInBatchesOf64() => _work.VerifyInBatchesOf(64);

    [Benchmark(OperationsPerInvoke = ProofWork.Proofs)]
    public void BuildFromHotTiles() => _work.BuildRecent();

    [Benchmark(OperationsPerInvoke = ProofWork.Proofs)]
    public void BuildFromColdTiles() => _work.BuildAnywhere();
}
