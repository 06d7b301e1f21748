// One index of a ledger: the ledger that has its statements, and which of the ledger's specs it is by. Immutable.

using LedgerStore.Fields;

namespace LedgerStore.Engine.Indexing;

/// <summary>A ledger of statements.</summary>
/// <param name="Id">The id of the ledger with the statements.</param>
/// <param name="Said">The entry of <c>_audit</c> that says it was created, and has the spec.</param>
internal sealed record LedgerIndex(uint Id, IndexLedgerName Name, long Said);
