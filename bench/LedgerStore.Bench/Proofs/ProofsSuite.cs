// What the proofs library must show: hashing against SHA256.HashData, building a tree, proofs. All on one core.
using LedgerStore.Bench.Frame;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Proofs;

internal sealed class ProofsSuite : IBenchSuite
{
    private const int TreeEntries = 1_000_000;
    private const int TreeEntryBytes = 256;
    private const double Nanos = 1e9;

    /// <summary>Nanoseconds of one hash, by the fastest way for many and by the framework for one.</summary>
    private readonly record struct HashTimes(double Leaf, double Node, double NodeAlone);

    public string Name => "proofs";

    public string Summary => "hashing, tree building, building and verifying proofs; one core, no disk";

    public BenchClock Clock => BenchClock.ThreadCpu;

    // What the fastest path of this processor must reach; the others inform.
    public IReadOnlyList<Target> Targets { get; } =
    [
        Target.AtLeast("proofs.node_hash.speedup", Sha256Paths.Best == Sha256Path.Lanes16 ? 10 : 5),
        Target.AtLeast("proofs.bundle_hash.speedup", Sha256Paths.Best == Sha256Path.Lanes16 ? 5 : 1.5),
        Target.ShareOfFloor("proofs.tree_build.entries_per_second", 0.5),
        Target.ShareOfFloor("proofs.verify_inclusion.batched_per_second", 0.5),
        Target.ShareOfFloor("proofs.verify_inclusion.single_per_second", 0.7),
    ];

    public void Run(BenchRun run)
    {
        HashTimes times = RunHashing(run);
        RunTree(run, times);
        RunProofs(run, times);
        run.Note("floors: of a tree a leaf and a node for each entry, of a proof a node for each level, hashed by the "
            + "fastest way; of a proof alone by the fastest for one message, since each hash waits for the one before");
    }

    private static HashTimes RunHashing(BenchRun run)
    {
        var work = new HashWork();
        run.Speedup("proofs.node_hash.speedup", work.ReferenceNodes,
            () => Sha256Batch.HashNodes(work.Children, work.Parents));
        run.Speedup("proofs.bundle_hash.speedup", work.ReferenceBundle,
            () => Sha256Batch.HashBundle(work.Bundle, work.Leaves));
        double alone = run.Nanoseconds("proofs.node_hash.framework_ns", HashWork.Nodes, work.ReferenceNodes).Value;
        double leaf = run.Nanoseconds("proofs.leaf_hash.framework_ns", HashWork.Entries, work.ReferenceBundle).Value;
        double node = alone;
        foreach (Sha256Path path in Sha256Paths.Supported().Where(path => path != Sha256Path.Framework))
        {
            string name = path.ToString().ToLowerInvariant();
            double nodes = run.Nanoseconds($"proofs.node_hash.{name}_ns", HashWork.Nodes,
                () => Sha256Batch.HashNodes(path, work.Children, work.Parents)).Value;
            node = Math.Min(node, nodes);
            alone = path == Sha256Paths.BestSingle ? nodes : alone;
            leaf = Math.Min(leaf, run.Nanoseconds($"proofs.leaf_hash.{name}_ns", HashWork.Entries,
                () => Sha256Batch.HashBundle(path, work.Bundle, work.Leaves)).Value);
        }

        return new HashTimes(leaf, node, alone);
    }

    private static void RunTree(BenchRun run, HashTimes times)
    {
        byte[] entries = HashWork.MakeBundle(new Random(3), TreeEntries, () => TreeEntryBytes);
        var leaves = new Hash256[TilePath.FullWidth];
        run.Rate(
            "proofs.tree_build.entries_per_second", TreeEntries, () => BuildTree(entries, leaves),
            Nanos / (times.Leaf + times.Node));
    }

    private static void RunProofs(BenchRun run, HashTimes times)
    {
        var work = new ProofWork();
        run.Rate(
            "proofs.verify_inclusion.batched_per_second", ProofWork.Proofs, () => work.VerifyInBatchesOf(16),
            Nanos / (ProofWork.Levels * times.Node));
        run.Rate(
            "proofs.verify_inclusion.batched_64_per_second", ProofWork.Proofs, () => work.VerifyInBatchesOf(64));
        run.Rate(
            "proofs.verify_inclusion.single_per_second", ProofWork.Proofs, work.VerifySingly,
            Nanos / (ProofWork.Levels * times.NodeAlone));
        run.Rate("proofs.build_inclusion.per_second", ProofWork.Proofs, work.BuildRecent);
        run.Rate("proofs.build_inclusion.cold_per_second", ProofWork.Proofs, work.BuildAnywhere);
    }

    /// <summary>Bundle by bundle, as the store does it: 256 leaf hashes, their root, one append.</summary>
    private static void BuildTree(byte[] entries, Hash256[] leaves)
    {
        var range = new CompactRange();
        ReadOnlySpan<byte> rest = entries;
        int left = TreeEntries;
        while (left > 0)
        {
            Span<Hash256> bundle = leaves.AsSpan(0, Math.Min(left, leaves.Length));
            rest = rest[Sha256Batch.HashBundle(rest, bundle)..];
            left -= bundle.Length;
            if (bundle.Length == leaves.Length)
            {
                range.AppendSubtree(TilePlace.LevelsPerTile, Sha256Batch.PerfectRoot(bundle, bundle));
            }
            else
            {
                range.Append(bundle);
            }
        }

        _ = range.Root();
    }
}
