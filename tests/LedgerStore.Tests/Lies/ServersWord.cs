// What nobody who verifies can know better than the server: here a lie changes what is shown, and nothing says
// so. Each has its reason, and docs/SECURITY.md lists them all.
// Constants; any thread.

namespace LedgerStore.Tests.Lies;

/// <param name="Target">The field, as in the protocol; or what else is lied about.</param>
/// <param name="Scenario">The only ones that show it; empty: all that verify.</param>
internal sealed record Word(string Target, string Scenario, string Reason);

internal static class ServersWord
{
    /// <summary>Of what commands and calls show that do verify.</summary>
    internal static IReadOnlyList<Word> OfVerified { get; } =
    [
        new("Expired.tombstone", "", "where in _audit the tombstone is; who wants to know reads it there"),
        new("Expired", "", "that entries have expired is said in their place, with their hashes, which are proven"),
        new("Unreadable", "", "that entries cannot be read is said in their place, and the exit code is not 0"),
    ];

    internal static Word? Find(Scenario scenario, Lie lie) => OfVerified.FirstOrDefault(word =>
        lie.Target == word.Target
        && scenario.Name.Contains(word.Scenario, StringComparison.Ordinal));
}
