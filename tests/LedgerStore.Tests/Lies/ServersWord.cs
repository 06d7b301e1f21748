// What nobody who verifies can know better than the server: here a lie changes what is shown, and nothing says
// so. Each has its reason, and docs/SECURITY.md lists them all.
// Constants; any thread.

namespace LedgerStore.Tests.Lies;

/// <param name="Target">The field, as in the protocol; or what else is lied about.</param>
/// <param name="CheckedBy">The command that does know better; empty: none.</param>
internal sealed record Word(string Target, string CheckedBy, string Reason);

internal static class ServersWord
{
    /// <summary>Of what commands and calls show that do verify.</summary>
    internal static IReadOnlyList<Word> OfVerified { get; } =
    [
        new("Expired.tombstone", "ledger verify ", "where in _audit the tombstone is; `verify` looks there"),
        new("Expired", "ledger verify ", "that entries have expired is said in their place, with proven hashes"),
        new("Unreadable", "", "that entries cannot be read is said in their place, and the exit code is not 0"),
    ];

    internal static Word? Find(Scenario scenario, Lie lie) => OfVerified.FirstOrDefault(word =>
        lie.Target == word.Target
        && (word.CheckedBy.Length == 0 || !scenario.Name.StartsWith(word.CheckedBy, StringComparison.Ordinal)));
}
