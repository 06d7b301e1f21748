// What a figure must reach. Declared by the suite that measures it; those of the interface are also in its test.
// Immutable.
namespace LedgerStore.Bench.Frame;

/// <param name="Figure">The name that the suite reports it by.</param>
internal sealed record Target(string Figure, double Value, bool LowerIsBetter)
{
    public static Target AtLeast(string figure, double value) => new(figure, value, LowerIsBetter: false);

    public static Target AtMost(string figure, double value) => new(figure, value, LowerIsBetter: true);
}
