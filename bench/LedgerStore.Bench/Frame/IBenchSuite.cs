// One set of measurements with a name on the command line. A new suite is one class and one line in Program.
namespace LedgerStore.Bench.Frame;

internal interface IBenchSuite
{
    string Name { get; }

    /// <summary>One line for the list of suites.</summary>
    string Summary { get; }

    /// <summary>Whose time counts: the wall's, but for suites that only compute.</summary>
    BenchClock Clock => BenchClock.Wall;

    /// <summary>Measures and reports each figure to <paramref name="run"/> as soon as it is known.</summary>
    void Run(BenchRun run);
}
