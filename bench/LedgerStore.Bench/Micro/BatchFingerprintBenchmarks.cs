// What the fingerprint of a batch costs, against SHA-256 of the same bytes (docs/decisions/0004).

using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using LedgerStore.Engine.Entries;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class BatchFingerprintBenchmarks
{
    private const int Records = 64;

    private readonly byte[] _payload = new byte[Records * 256];
    private readonly int[] _lengths = Enumerable.Repeat(256, Records).ToArray();
    private readonly byte[] _hash = new byte[32];
    private readonly BatchFingerprint _fingerprint = new(UInt128.One);

    public BatchFingerprintBenchmarks() => new Random(1).NextBytes(_payload);

    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public int Sha256() => SHA256.HashData(_payload, _hash);

    [Benchmark(OperationsPerInvoke = Records)]
    public UInt128 Fingerprint() => _fingerprint.Compute("application/json"u8, _lengths, _payload);
}
