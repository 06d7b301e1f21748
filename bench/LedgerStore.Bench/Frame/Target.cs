// What a figure must reach. Declared by the suite that measures it; those of the interface are also in its test.
// Immutable.
namespace LedgerStore.Bench.Frame;

/// <summary>A ratio, a share of a floor of the same run, or something counted: never what another processor does in a
/// second, which says nothing of the program.</summary>
/// <param name="Figure">The name that the suite reports it by.</param>
/// <param name="IsShare">The value is a share of the figure's floor, which is better when higher.</param>
internal sealed record Target(string Figure, double Value, bool LowerIsBetter, bool IsShare = false)
{
    public static Target AtLeast(string figure, double value) => new(figure, value, LowerIsBetter: false);

    public static Target AtMost(string figure, double value) => new(figure, value, LowerIsBetter: true);

    /// <summary>At least this part of what the machine itself does.</summary>
    public static Target ShareOfFloor(string figure, double share, bool lowerIsBetter = false) =>
        new(figure, share, lowerIsBetter, IsShare: true);

    /// <summary>As it is said to people.</summary>
    public override string ToString() => IsShare
        ? $"{FigureText.Number(Value)} of its floor"
        : (LowerIsBetter ? "<= " : ">= ") + FigureText.Number(Value);
}
