// A ledger's segments on a simulated disk, with everything that reads them: the stage of the reader's tests.
// Entry i of the ledger is Bundles.Entry(Micros(i), i): small, so that whole segments are quick to make.

using System.Buffers.Binary;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

internal sealed class SegmentStore : IDisposable
{
    public const uint LedgerId = 7;
    public const string Directory = "/segments";

    private static readonly Lock s_gate = new();
    private static readonly Dictionary<long, (byte[] File, SealedFacts Facts)> s_sealed = [];

    public SegmentStore(int mappedMax, long cacheBytes, long poolBytes)
    {
        FileSystem = new SimulatedFileSystem(new SimulatedOptions());
        FileSystem.CreateDirectory(Directory);
        BundlePool pool = new(poolBytes);
        Services = new SegmentServices(
            new FilePool(FileSystem, openMax: 4),
            new MappedSegments(FileSystem, mappedMax),
            pool,
            new BundleCache(pool, cacheBytes),
            report =>
            {
                lock (Reports)
                {
                    Reports.Add(report);
                }
            });
        Reader = new SegmentReader(LedgerId, Services);
    }

    public SegmentStore()
        : this(mappedMax: 8, cacheBytes: 1 << 20, poolBytes: 1 << 20)
    {
    }

    public SimulatedFileSystem FileSystem { get; }

    public SegmentServices Services { get; }

    public SegmentReader Reader { get; }

    public List<DamageReport> Reports { get; } = [];

    public static long Micros(long index) => 1_000_000 + (index / 3);

    public static byte[] Entry(long index)
    {
        byte[] text = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(text, index);
        return Bundles.Entry(Micros(index), text);
    }

    public static byte[] Bundle(long bundleIndex, int entries) =>
        Bundles.Encode(Enumerable.Range(0, entries).Select(i => Entry((bundleIndex * 256) + i)));

    public static SegmentIdentity Identity(long segment, uint generation) => new(1, LedgerId, segment, generation);

    public static byte[] Block(long bundleIndex, int entries)
    {
        BlockIdentity identity = BlockIdentity.Of(LedgerId, bundleIndex);
        long first = identity.FirstIndex;
        byte[][] all = [.. Enumerable.Range(0, entries).Select(i => Entry(first + i))];
        return Bundles.Block(identity, all, Micros(first), Micros(first + entries - 1));
    }

    /// <summary>A sealed segment's file, made once for all tests.</summary>
    public static (byte[] File, SealedFacts Facts) Sealed(long segment)
    {
        lock (s_gate)
        {
            if (!s_sealed.TryGetValue(segment, out (byte[] File, SealedFacts Facts) made))
            {
                using SegmentStore store = new();
                using OpenSegment open = OpenSegment.Create(
                    store.Services.Files, Directory, Identity(segment, 1), createdMicros: 5);
                SealedFacts facts = Complete(open);
                made = (store.FileSystem.ReadAll(open.Path), facts);
                s_sealed.Add(segment, made);
            }

            return made;
        }
    }

    /// <summary>Appends what is missing and completes the segment.</summary>
    public static SealedFacts Complete(OpenSegment open)
    {
        long segment = open.Identity.Segment;
        Hash256[] roots = new Hash256[256];
        for (int bundle = 0; bundle < 256; bundle++)
        {
            long bundleIndex = (segment * 256) + bundle;
            if (bundle >= open.FullBundles)
            {
                open.Append(Block(bundleIndex, 256));
            }

            roots[bundle] = Bundles.Root(Bundles.Leaves(Bundle(bundleIndex, 256), 256));
        }

        Hash256 root = Bundles.Root(roots);
        open.WriteFooter(roots, root);
        open.SyncAndSeal();
        long first = SegmentFormat.FirstIndex(segment);
        return new SealedFacts(
            open.Identity, open.Path, open.Length, root, Micros(first), Micros(first + 65_535));
    }

    /// <summary>Puts a sealed segment's file on the disk and gives it to the reader.</summary>
    public SealedSegment AddSealed(long segment)
    {
        (byte[] file, SealedFacts facts) = Sealed(segment);
        Write(facts.Path, file);
        SealedSegment source = new(Services.Maps, facts);
        Reader.Add(source);
        return source;
    }

    public OpenSegment AddOpen(long segment, params int[] entries)
    {
        OpenSegment open = OpenSegment.Create(Services.Files, Directory, Identity(segment, 1), createdMicros: 5);
        for (int bundle = 0; bundle < entries.Length; bundle++)
        {
            open.Append(Block((segment * 256) + bundle, entries[bundle]));
        }

        Reader.Add(open);
        return open;
    }

    public void Write(string path, byte[] bytes)
    {
        if (FileSystem.Exists(path))
        {
            FileSystem.Delete(path);
        }

        using IFile file = FileSystem.Create(path, FileAccessMode.ReadWrite);
        file.Write(0, bytes);
        FileSystem.MakeReadOnly(path);
    }

    /// <summary>Reads a bundle and checks every byte of it. False: refused as damaged.</summary>
    public bool ReadsRight(long bundleIndex)
    {
        try
        {
            Assert.True(Reader.TryReadBundle(bundleIndex, out BundleLease lease));
            using (lease)
            {
                Assert.Equal(bundleIndex * 256, lease.FirstIndex);
                Assert.True(Bundle(bundleIndex, lease.Entries).AsSpan().SequenceEqual(lease.Bytes));
            }

            return true;
        }
        catch (StoreException refused)
        {
            Assert.Equal(StoreReason.DataLoss, refused.Reason);
            return false;
        }
    }

    public void Dispose() => Services.Dispose();
}
