// Sealing a journal frame of 256 KiB: its checksum and its header; each figure is for one frame.

using BenchmarkDotNet.Attributes;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Bench.Micro;

[MemoryDiagnoser]
public class FrameBenchmarks
{
    private readonly byte[] _frame = new byte[256 * 1024];

    [GlobalSetup]
    public void Setup() => new Random(1).NextBytes(_frame);

    [Benchmark]
    public uint Checksum() => Crc32C.Compute(_frame.AsSpan(FrameHeader.Bytes));

    [Benchmark]
    public void Seal() => new FrameHeader(
        1, 2, 1, 1, _frame.Length - FrameHeader.Bytes, 64,
        Crc32C.Compute(_frame.AsSpan(FrameHeader.Bytes)), 1_700_000_000_000_000, FrameKind.Batches).Write(_frame);
}
