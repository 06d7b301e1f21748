// Every suite, in the order in which `all` runs them.
using LedgerStore.Bench.Client;
using LedgerStore.Bench.Engine;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Guard;
using LedgerStore.Bench.Intake;
using LedgerStore.Bench.Peers;
using LedgerStore.Bench.Proofs;
using LedgerStore.Bench.Search;
using LedgerStore.Bench.Wire;

namespace LedgerStore.Bench;

internal static class BenchSuites
{
    public static IReadOnlyList<IBenchSuite> All { get; } =
    [
        new ProofsSuite(),
        new FramingSuite(),
        new ClientSuite(),
        new WireSuite(),
        new IntakeSuite(),
        new GuardSuite(),
        new SegmentsSuite(),
        new VerifySuite(),
        new EngineSuite(),
        new ReadSuite(),
        new RecoverySuite(),
        new FloorSuite(),
        new CheckpointsSuite(),
        new TiersSuite(),
        new SearchSuite(),
        new PeersSuite(),
        new ProfileSuite(),
    ];

    /// <summary>Every figure that has something to reach.</summary>
    public static IReadOnlyList<Target> Targets { get; } = [.. All.SelectMany(suite => suite.Targets)];
}
