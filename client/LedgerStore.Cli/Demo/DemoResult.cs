// What the demonstration showed. Immutable.
namespace LedgerStore.Cli;

/// <param name="FirstVerified">From the start of the command to the first record that was verified.</param>
/// <param name="Changed">The entry that the attacker changed.</param>
/// <param name="Named">The entry that verification named; null: none, or more than one.</param>
internal sealed record DemoResult(int Records, TimeSpan FirstVerified, ulong Changed, ulong? Named)
{
    /// <summary>Exactly the entry that was changed was named.</summary>
    public bool IsAsExpected => Named == Changed;
}
