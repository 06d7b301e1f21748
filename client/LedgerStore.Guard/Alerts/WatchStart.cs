// The entry of `_alerts` that says from where on a ledger is watched, and by which rules. Whoever lost what he knew
// begins there again, and finds the same. Immutable.

namespace LedgerStore.Guard;

/// <summary>A beginning.</summary>
/// <param name="From">The first index that is looked at.</param>
/// <param name="At">The time from which silence counts.</param>
/// <param name="Rules">The hashes of the rules.</param>
internal sealed record WatchStart(string Ledger, ulong From, long At, IReadOnlyList<string> Rules, string RulesSha256);
