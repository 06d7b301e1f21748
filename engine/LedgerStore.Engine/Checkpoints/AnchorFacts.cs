// How far the anchor is, at one moment. Immutable.
namespace LedgerStore.Engine;

/// <summary>What the store says about its anchor: the file outside of the data directory that says what was signed
/// last.</summary>
/// <param name="Behind">For how long a checkpoint has waited to be written to it; null when it has all.</param>
/// <param name="Failure">Why the last attempt to write it failed; null when it did not.</param>
public sealed record AnchorFacts(TimeSpan? Behind, string? Failure);
