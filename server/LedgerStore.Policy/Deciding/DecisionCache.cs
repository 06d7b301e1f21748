// Remembers what was decided for (identity, ledger): a fixed table of sets of four; a full set gives up one at a time.
// Lock-free: entries are immutable and swapped as a whole, so a race costs a second evaluation and nothing else.
// Owned by one CompiledPolicy, so nothing in it outlives its policy. Any thread.
namespace LedgerStore.Policy;

internal sealed class DecisionCache
{
    // 16,384 x 8 bytes, and at most some 500 bytes for each entry: 8 MB when full. Only names that a rule matches come
    // in, and string hashes are seeded for each process, so nobody can aim at another identity's entries. Four to a
    // set, so that two busy ledgers with one hash do not push each other out on every call: with 1,000 pairs in use
    // the chance that any set is asked for five is about 2 in 100.
    private const int Slots = 16_384;
    private const int Ways = 4;

    private readonly LedgerDecisions?[] _table = new LedgerDecisions?[Slots];
    private int _victim;

    public LedgerDecisions? Find(IdentityRules rules, string ledger)
    {
        int first = FirstSlot(rules, ledger);
        for (int slot = first; slot < first + Ways; slot++)
        {
            LedgerDecisions? entry = Volatile.Read(ref _table[slot]);
            if (entry is null)
            {
                // Sets fill from the front and are never emptied.
                return null;
            }

            if (ReferenceEquals(entry.Rules, rules) && string.Equals(entry.Ledger, ledger))
            {
                return entry;
            }
        }

        return null;
    }

    // The write is a release: whoever reads the reference sees the entry filled.
    public void Remember(LedgerDecisions entry)
    {
        int first = FirstSlot(entry.Rules, entry.Ledger);
        int slot = first;
        while (slot < first + Ways && Volatile.Read(ref _table[slot]) is not null)
        {
            slot++;
        }

        // Threads may miss each other's step: any of the four will do.
        slot = slot < first + Ways ? slot : first + (_victim++ & (Ways - 1));
        Volatile.Write(ref _table[slot], entry);
    }

    private static int FirstSlot(IdentityRules rules, string ledger) =>
        (ledger.GetHashCode(StringComparison.Ordinal) ^ rules.Salt) & (Slots - Ways);
}
