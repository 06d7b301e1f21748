// What a repair of derived data did. Immutable.
namespace LedgerStore.Engine;

/// <summary>The result of <see cref="StoreRepair.RepairDerived(VerifyOptions)"/>.</summary>
/// <param name="Repaired">What was wrong, and is made anew from sound entries.</param>
/// <param name="Left">What is no derived data, or of which nothing proves that the entries are sound: it is as it
/// was.</param>
public sealed record RepairReport(IReadOnlyList<VerifyFinding> Repaired, IReadOnlyList<VerifyFinding> Left);
