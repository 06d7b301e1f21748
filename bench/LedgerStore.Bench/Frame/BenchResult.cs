// One figure. Immutable.
namespace LedgerStore.Bench.Frame;

/// <param name="Value">The median of the runs.</param>
/// <param name="Floor">What the machine itself does, measured in the same run; null if there is none.</param>
/// <param name="Target">What it must reach; null for figures that only inform.</param>
/// <param name="LowerIsBetter">For times; rates and ratios are better when higher.</param>
internal sealed record BenchResult(
    string Name, double Value, string Unit, double? Floor, Target? Target, bool LowerIsBetter, double[] Runs)
{
    public double? ShareOfFloor => Floor is null ? null : LowerIsBetter ? Floor / Value : Value / Floor;

    /// <summary>Null for figures that only inform. A share of a floor that was not measured is not reached.</summary>
    public bool? Met => Target is null ? null
        : Target.IsShare ? ShareOfFloor >= Target.Value
        : LowerIsBetter ? Value <= Target.Value : Value >= Target.Value;
}
