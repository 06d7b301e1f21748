// Sealed segments of audit records in a directory of their own, and everything that reads them.
// Owned by one benchmark; the directory goes with it.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Engine;

/// <summary>A ledger of sealed segments on the real file system.</summary>
internal sealed class SegmentFiles : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-bench-").FullName;

    public SegmentFiles(int segments, long cacheBytes, Lz4Effort effort)
    {
        LinuxFileSystem fileSystem = new();
        BundlePool pool = new(8 << 20);
        Services = new SegmentServices(
            new FilePool(fileSystem, 64),
            new MappedSegments(fileSystem, 64),
            pool,
            new BundleCache(pool, cacheBytes),
            report => throw new InvalidOperationException(report.Evidence));
        Reader = new SegmentReader(1, Services);
        AuditRecords records = new(seed: 1);
        for (int segment = 0; segment < segments; segment++)
        {
            Reader.Add(new SealedSegment(Services.Maps, Write(segment, records, effort)));
        }
    }

    public SegmentServices Services { get; }

    public SegmentReader Reader { get; }

    public List<SealedFacts> Facts { get; } = [];

    public double StoredPerPayload =>
        Facts.Sum(facts => (double)facts.FileLength) / (Facts.Count * 65_536.0 * AuditRecords.PayloadBytes);

    public void Dispose()
    {
        Services.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private SealedFacts Write(int segment, AuditRecords records, Lz4Effort effort)
    {
        BlockEncoder encoder = new(effort);
        using OpenSegment open = OpenSegment.Create(
            Services.Files, _directory, new SegmentIdentity(1, 1, segment, 1), createdMicros: 1);
        Hash256[] leaves = new Hash256[256];
        Hash256[] roots = new Hash256[256];
        Hash256[] scratch = new Hash256[256];
        byte[] block = new byte[1 << 20];
        long first = 0;
        for (int bundle = 0; bundle < 256; bundle++)
        {
            byte[] bytes = records.NextBundle();
            long firstMicros = BundleFormat.ReceivedMicros(bytes.AsSpan(2));
            first = bundle == 0 ? firstMicros : first;
            Sha256Batch.HashBundle(bytes, leaves);
            roots[bundle] = Sha256Batch.PerfectRoot(leaves, scratch);
            int length = encoder.Encode(
                new BlockIdentity(1, segment, bundle), bytes, leaves, firstMicros, records.LastMicros, block);
            open.Append(block.AsSpan(0, length));
        }

        Hash256 root = Sha256Batch.PerfectRoot(roots, scratch);
        open.WriteFooter(roots, root);
        open.SyncAndSeal();
        SealedFacts facts = new(open.Identity, open.Path, open.Length, root, first, records.LastMicros);
        Facts.Add(facts);
        return facts;
    }
}
