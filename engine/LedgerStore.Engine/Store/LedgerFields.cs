// Which fields of a ledger's records can be asked for, and how far its index is. Immutable.
namespace LedgerStore.Engine;

/// <summary>The fields of a ledger.</summary>
/// <param name="Spec">The canonical text: see docs/FORMAT.md.</param>
/// <param name="IndexLedger">The ledger that has the statements about the index.</param>
/// <param name="Indexed">Segments that a statement is about.</param>
/// <param name="Complete">Segments that nothing is appended to any more.</param>
public sealed record LedgerFields(string Spec, string IndexLedger, long Indexed, long Complete);
