// Segments: encoding, reading and verifying audit records on one core. The suite `segments` runs the same work.
// dotnet run -c Release --project bench/LedgerStore.Bench -- micro SegmentBenchmarks

using BenchmarkDotNet.Attributes;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Engine;

/// <summary>Every figure is for one record.</summary>
[MemoryDiagnoser]
public class SegmentBenchmarks
{
    public const int Segments = 8;
    public const int RandomReads = 4096;

    private readonly SegmentVerifier _verifier = new();
    private readonly Hash256[] _leaves = new Hash256[256];
    private readonly byte[] _block = new byte[1 << 20];
    private readonly byte[] _decoded = new byte[1 << 20];
    private readonly int[] _offsets = new int[257];
    private readonly long[] _warm = new long[RandomReads];
    private readonly long[] _cold = new long[RandomReads];
    private BlockEncoder _encoder = null!;
    private SegmentFiles _files = null!;
    private SegmentFiles _uncached = null!;
    private byte[] _bundle = [];
    private int _blockLength;
    private long _sum;

    internal double StoredPerPayloadFast => _files.StoredPerPayload;

    internal double StoredPerPayloadDense => _uncached.StoredPerPayload;

    [GlobalSetup]
    public void Setup()
    {
        _encoder = new BlockEncoder(Lz4Effort.Fast);
        _bundle = new AuditRecords(2).NextBundle();
        Sha256Batch.HashBundle(_bundle, _leaves);
        _blockLength = _encoder.Encode(new BlockIdentity(1, 0, 0), _bundle, _leaves, 1, 2, _block);
        _files = new SegmentFiles(Segments, 64 << 20, Lz4Effort.Fast);
        _uncached = new SegmentFiles(Segments, 0, Lz4Effort.Dense);

        Random random = new(3);
        for (int i = 0; i < RandomReads; i++)
        {
            // 500 bundles fit into the cache; 2,048 do not.
            _warm[i] = random.NextInt64(500 * 256);
            _cold[i] = random.NextInt64(Segments * 65_536L);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _uncached.Dispose();
        _files.Dispose();
    }

    [Benchmark(OperationsPerInvoke = 256)]
    public int Encode() => _encoder.Encode(new BlockIdentity(1, 0, 0), _bundle, _leaves, 1, 2, _block);

    [Benchmark(OperationsPerInvoke = 256)]
    public void Decode()
    {
        BlockPlace place = new("block", 0, _blockLength);
        ReadOnlySpan<byte> block = _block.AsSpan(0, _blockLength);
        BlockHeader header = BlockDecoder.ReadHeader(block, new BlockIdentity(1, 0, 0), place);
        BlockDecoder.Decode(block, header, place, _decoded.AsSpan(0, header.RawBytes), _offsets);
    }

    [Benchmark(OperationsPerInvoke = Segments * 65_536)]
    public long SequentialRead()
    {
        long sum = 0;
        for (long at = 0; _files.Reader.Read(at, isWhole: true, out BundleLease lease, out _) == Found.Here; at += 256)
        {
            for (int slot = 0; slot < lease.Entries; slot++)
            {
                sum += lease.Entry(slot)[^1];
            }

            lease.Dispose();
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = RandomReads)]
    public long RandomReadFromCache() => Read(_files.Reader, _warm);

    [Benchmark(OperationsPerInvoke = RandomReads)]
    public long RandomReadFromPageCache() => Read(_uncached.Reader, _cold);

    [Benchmark(OperationsPerInvoke = 65_536)]
    public void Verify()
    {
        SealedFacts facts = _files.Facts[0];
        using IFile file = new LinuxFileSystem().Open(facts.Path, FileAccessMode.ReadOnly);
        if (_verifier.Verify(file, facts.Identity, facts.Root).Finding is { } finding)
        {
            throw new InvalidOperationException(finding.Evidence);
        }
    }

    private long Read(SegmentReader reader, long[] indexes)
    {
        foreach (long index in indexes)
        {
            reader.Read(index, isWhole: false, out BundleLease lease, out _);
            _sum += lease.Entry((int)(index - lease.FirstIndex))[^1];
            lease.Dispose();
        }

        return _sum;
    }
}
