// What LZ4's settings cost and save on audit records: the figures behind docs/decisions/0002-lz4-over-liblz4.md.
//   dotnet run -c Release --project bench/LedgerStore.Bench -- micro Lz4Benchmarks

using BenchmarkDotNet.Attributes;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Bench.Engine;

/// <summary>Every figure is for one record. Above 0: accelerations; below 0: levels of LZ4-HC.</summary>
public class Lz4Benchmarks
{
    private readonly byte[] _compressed = new byte[1 << 20];
    private PinnedBuffer _state = null!;
    private byte[] _bundle = [];
    private byte[] _decoded = [];
    private int _length;

    [Params(1, 2, 4, 8, 16, -2, -3, -4, -6, -9, -12)]
    public int Setting { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _state = PinnedBuffer.Allocate(Math.Max(Lz4.FastStateBytes(), Lz4.DenseStateBytes()));
        _bundle = new AuditRecords(2).NextBundle();
        _decoded = new byte[_bundle.Length];
        _length = Compress();
        Console.WriteLine($"setting {Setting}: {_bundle.Length / 256.0:F1} to {_length / 256.0:F1} bytes a record");
    }

    [GlobalCleanup]
    public void Cleanup() => _state.Dispose();

    [Benchmark(OperationsPerInvoke = 256)]
    public int Compress() => Setting > 0
        ? Lz4.CompressFast(_state, _bundle, _compressed, Setting)
        : Lz4.CompressDense(_state, _bundle, _compressed, -Setting);

    [Benchmark(OperationsPerInvoke = 256)]
    public bool Decompress() => Lz4.TryDecompress(_compressed.AsSpan(0, _length), _decoded);
}
