// What the rules of one ledger share: its name, its deadlines, and where alerts go. Owned by the ledger's watch.

namespace LedgerStore.Guard;

/// <summary>The surroundings of a rule's watch.</summary>
internal sealed class WatchScope(string ledger, string rulesSha256)
{
    public string Ledger => ledger;

    public string RulesSha256 => rulesSha256;

    public Timers Timers { get; } = new();

    public ClauseBook Clauses { get; } = new();

    /// <summary>What was found and not taken yet, in order.</summary>
    public List<Alert> Found { get; } = [];
}
