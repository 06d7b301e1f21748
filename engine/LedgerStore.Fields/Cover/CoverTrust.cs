// What an answer is checked against: verified checkpoints, and nothing that the answer says itself. Immutable.

namespace LedgerStore.Fields;

/// <summary>The signed trees.</summary>
/// <param name="LedgerName">The ledger's name in its store, which tombstones say.</param>
/// <param name="Ledger">The ledger that is asked about.</param>
/// <param name="Index">The ledger with the statements of its index; null when nothing is indexed.</param>
/// <param name="Audit"><c>_audit</c>; null when nothing is believed to have expired.</param>
internal sealed record CoverTrust(string LedgerName, TreeHead Ledger, TreeHead? Index, TreeHead? Audit);
