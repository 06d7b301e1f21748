// A store on a simulated disk whose ledger is indexed, and what must be true of its index after anything.
using System.Globalization;
using LedgerStore.Engine;
using LedgerStore.Engine.Indexing;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Tiering;
using LedgerStore.Tests.Simulation;
using Xunit;
using SegmentFacts = LedgerStore.Fields.SegmentFacts;

namespace LedgerStore.Tests.Engine.Indexing;

internal static class IndexWorld
{
    public const int SegmentEntries = 65_536;

    public static readonly IndexSpec Spec = IndexSpec.Parse("""
        ledgerstore fields/v1
        field who text
        path who
        field request id
        path request

        """);

    public static readonly IndexSpec Newer = IndexSpec.Parse("""
        ledgerstore fields/v1
        field who text fold
        path who

        """);

    /// <summary>Of three who write, and one in 40,000 entries cannot be read.</summary>
    public static string Record(long index) => index % 40_000 == 12_345
        ? "no JSON"
        : string.Create(CultureInfo.InvariantCulture, $$"""{"who":"{{Who(index)}}","request":"r-{{index}}"}""");

    public static string Who(long index) => index % 20_000 == 777 ? "rare" : index % 2 == 0 ? "anna" : "bob";

    /// <summary>A disk with a ledger of one segment and a few entries more, closed cleanly. Made once.</summary>
    public static SimulatedFileSystem Disk => s_disk.Value.Crash(new KeepAll());

    /// <summary>The same with a salted ledger.</summary>
    public static SimulatedFileSystem SaltedDisk => s_salted.Value.Crash(new KeepAll());

    private static readonly Lazy<SimulatedFileSystem> s_disk = new(static () => Make(isSalted: false));
    private static readonly Lazy<SimulatedFileSystem> s_salted = new(static () => Make(isSalted: true));

    private static SimulatedFileSystem Make(bool isSalted)
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        using TierWorld world = TierWorld.Open(disk, TimeSpan.Zero);
        world.Create(isSalted);
        world.Append(SegmentEntries + 300, Record);
        world.Close();
        return disk;
    }

    public static LedgerFields Set(this TierWorld world, IndexSpec spec) =>
        world.Ledger.SetFields(spec.Text, "anna", "to find it again");

    public static OpenLedger Statements(this TierWorld world) =>
        world.Core.Ledgers.Get(world.Core.Indexes.NewestOf(world.Log.Id)!.Id);

    public static string FileOf(this TierWorld world, long segment) =>
        world.Core.Ground.Paths.Index(world.Statements().Id, segment);

    /// <summary>What is stated of a segment, and the file that is there for it; null when there is none.</summary>
    public static (SegmentFacts? Stated, IndexFile? File) Look(this TierWorld world, long segment)
    {
        OpenLedger statements = world.Statements();
        using BundleLease lease = statements.WaitForEntry(segment);
        byte[] entry = lease.Entry((int)(segment - lease.FirstIndex)).ToArray();
        EntryView view = EntryView.Parse(entry);
        Assert.True(view.Producer.SequenceEqual(IndexStatement.Producer));
        Assert.Equal(segment + 1, (long)view.Sequence);
        SegmentFacts? stated = IndexVisit.ReadStatement(
            world.Core.Indexes.NewestOf(world.Log.Id)!, segment, entry);
        return (stated, stated is null ? null : new IndexFiles(world.Core.Ground).TryRead(statements.Id, stated));
    }

    /// <summary>One statement for each complete segment, and what it states is what is built of the entries.</summary>
    public static void CheckIndex(this TierWorld world, IndexSpec spec)
    {
        Assert.Null(world.Core.Indexing.Status.LastFailure);
        Assert.Equal(IndexVisit.CompleteSegments(world.Log), world.Statements().Durable.Value);
        for (long segment = 0; segment < world.Statements().Durable.Value; segment++)
        {
            (SegmentFacts? stated, IndexFile? file) = world.Look(segment);
            Assert.NotNull(stated);
            Assert.True(file is { HasPages: true });
            Assert.Equal(world.Build(spec, segment), world.Disk.ReadAll(world.FileOf(segment)));
            Assert.Equal(stated.IndexRoot, file.Facts.IndexRoot);
        }
    }

    /// <summary>States an index of segment 0 that leaves out what is in its last bundle.</summary>
    /// <returns>Its file.</returns>
    public static byte[] StateFalsely(this TierWorld world, IndexSpec spec)
    {
        byte[] built = world.Build(spec, 0, bundles: EntryBounds.BundlesPerSegment - 1);
        OpenLedger statements = world.Statements();
        new IndexFiles(world.Core.Ground).Replace(statements.Id, 0, built);
        byte[] statement = IndexStatement.Of(world.Log.Origin, built);
        ValueTask<AppendResult> sent = world.Core.Appends.AppendAsync(
            statements,
            new RecordBatch
            {
                Producer = IndexStatement.Producer,
                FirstSequence = 1,
                ContentType = IndexStatement.ContentType,
                Lengths = [statement.Length],
                Payload = statement,
            },
            CancellationToken.None);
        world.Turn();
        Assert.Equal(0, sent.AsTask().GetAwaiter().GetResult().FirstIndex);
        return built;
    }

    private static byte[] Build(
        this TierWorld world, IndexSpec spec, long segment, int bundles = EntryBounds.BundlesPerSegment)
    {
        IndexBuilder builder = new(spec);
        for (int bundle = 0; bundle < EntryBounds.BundlesPerSegment; bundle++)
        {
            using BundleLease lease = world.Log.WaitForBundle(
                (segment * EntryBounds.BundlesPerSegment) + (bundle % bundles), 0);
            builder.Add(lease.Bytes);
        }

        Assert.True(world.Log.Segments.TryGetRoot(segment, out Hash256 root));
        return builder.Build((ulong)segment, root);
    }
}
