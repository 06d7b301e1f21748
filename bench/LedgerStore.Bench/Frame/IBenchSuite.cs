// One set of measurements with a name on the command line. A new suite is one class and one line in Program.
namespace LedgerStore.Bench.Frame;

internal interface IBenchSuite
{
    string Name { get; }

    /// <summary>One line for the list of suites.</summary>
    string Summary { get; }

    /// <summary>Whose time counts: the wall's, but for suites that only compute.</summary>
    BenchClock Clock => BenchClock.Wall;

    /// <summary>The figures that have something to reach. A whole run reports each of them, met or not.</summary>
    IReadOnlyList<Target> Targets => [];

    /// <summary>Measures and reports each figure to <paramref name="run"/> as soon as it is known.</summary>
    void Run(BenchRun run);
}
