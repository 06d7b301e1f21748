// What building, measuring and stamping the entries of a batch costs for each record.

using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using LedgerStore.Engine;
using LedgerStore.Engine.Entries;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class EntryBuilderBenchmarks
{
    private const int Records = 64;

    private readonly byte[] _payload = new byte[Records * 256];
    private readonly int[] _lengths = Enumerable.Repeat(256, Records).ToArray();
    private readonly byte[] _built = new byte[64 * 1024];
    private readonly EntryBuilder _builder = new(RandomNumberGenerator.Create());
    private int _size;

    [Params(false, true)]
    public bool Salted { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_payload);
        _size = Measure();
        Build();
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Measure() => EntryBuilder.Measure(Batch(), _payload.Length);

    [Benchmark(OperationsPerInvoke = Records)]
    public void Build() => _builder.Build(Batch(), _payload, _size, _built);

    [Benchmark(OperationsPerInvoke = Records)]
    public void Stamp() => EntryBuilder.StampTime(_built.AsSpan(0, _size), 1_700_000_000_000_000);

    private RecordBatch Batch() => new()
    {
        Appender = "spiffe://example.org/payments"u8,
        Producer = "payments-1"u8,
        FirstSequence = 1_000_000,
        ContentType = "application/json"u8,
        Lengths = _lengths,
        IsSalted = Salted,
    };
}
