// A ledger turned out damaged in the middle of a replay, behind journal entries that the replay had put in the place of
// entries that its files have. Which of the two are true nobody knows. Caught where the store is opened; immutable.

namespace LedgerStore.Engine.Recovery;

/// <summary>The replay has to be done again without this ledger, whose files are left as they are.</summary>
internal sealed class OverlaidException(uint ledgerId, Exception damage)
    : Exception($"ledger {ledgerId} is replayed by its files alone: {damage.Message}", damage)
{
    public uint LedgerId { get; } = ledgerId;

    public Exception Damage { get; } = damage;
}
