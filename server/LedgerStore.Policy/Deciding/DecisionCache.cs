// Remembers what was decided for (identity, ledger): a fixed table, one entry for each hash, the newest wins.
// Lock-free: entries are immutable and swapped as a whole, so a race costs a second evaluation and nothing else.
// Owned by one CompiledPolicy, so nothing in it outlives its policy. Any thread.
namespace LedgerStore.Policy;

internal sealed class DecisionCache
{
    // 16,384 x 8 bytes, and at most some 300 bytes for each entry: 5 MB when full. Only names that a rule matches come
    // in, and string hashes are seeded for each process, so nobody can aim at another identity's entries.
    private const int Slots = 16_384;

    private readonly LedgerDecisions?[] table = new LedgerDecisions?[Slots];

    public LedgerDecisions? Find(IdentityRules rules, string ledger)
    {
        LedgerDecisions? entry = Volatile.Read(ref table[Slot(rules, ledger)]);
        return entry is not null && ReferenceEquals(entry.Rules, rules) && string.Equals(entry.Ledger, ledger)
            ? entry
            : null;
    }

    // The write is a release: whoever reads the reference sees the entry filled.
    public void Remember(LedgerDecisions entry) =>
        Volatile.Write(ref table[Slot(entry.Rules, entry.Ledger)], entry);

    private static int Slot(IdentityRules rules, string ledger) =>
        (ledger.GetHashCode(StringComparison.Ordinal) ^ rules.Salt) & (Slots - 1);
}
