// What LZ4's efforts cost and save on audit records: the figures behind docs/decisions/0026-lz4-from-k4os.md.
//   dotnet run -c Release --project bench/LedgerStore.Bench -- micro Lz4Benchmarks

using BenchmarkDotNet.Attributes;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Bench.Engine;

/// <summary>Every figure is for one record.</summary>
[MemoryDiagnoser]
public class Lz4Benchmarks
{
    private readonly byte[] _compressed = new byte[1 << 20];
    private byte[] _bundle = [];
    private byte[] _decoded = [];
    private Lz4Effort _effort;
    private int _length;

    [Params("Fast", "Dense", "Densest")]
    public string Effort { get; set; } = "Fast";

    [GlobalSetup]
    public void Setup()
    {
        _effort = Enum.Parse<Lz4Effort>(Effort);
        _bundle = new AuditRecords(2).NextBundle();
        _decoded = new byte[_bundle.Length];
        _length = Compress();
        Console.WriteLine($"{Effort}: {_bundle.Length / 256.0:F1} to {_length / 256.0:F1} bytes a record");
    }

    [Benchmark(OperationsPerInvoke = 256)]
    public int Compress() => Lz4.Compress(_bundle, _compressed, _effort);

    [Benchmark(OperationsPerInvoke = 256)]
    public bool Decompress() => Lz4.TryDecompress(_compressed.AsSpan(0, _length), _decoded);
}
