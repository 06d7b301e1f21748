// A file of rules that was read whole: the rules, the ledgers they are about, and where alerts go. Immutable.

namespace LedgerStore.Guard;

/// <summary>What a guard works by.</summary>
internal sealed record RuleFile
{
    /// <summary>The rules of the file, and those that are built in and were not left out.</summary>
    public required IReadOnlyList<Rule> Rules { get; init; }

    /// <summary>In the order of the file; a ledger belongs to the first that has it. <c>_audit</c> is the
    /// first.</summary>
    public required IReadOnlyList<WatchedLedgers> Ledgers { get; init; }

    public required Targets Targets { get; init; }

    /// <summary>SHA-256 of the file's bytes, in hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What is watched of a ledger: its fields and its rules; null: nothing.</summary>
    public WatchedLedgers? Of(string ledger) => Ledgers.FirstOrDefault(one => one.Has(ledger));

    /// <summary>The ledgers that are named in full.</summary>
    public IEnumerable<string> Names => Ledgers.SelectMany(static one => one.Patterns)
        .Select(static pattern => pattern.Text).Where(static text => !text.Contains('*', StringComparison.Ordinal));

    public IReadOnlyList<Rule> RulesOf(WatchedLedgers ledgers) =>
        [.. Rules.Where(rule => ReferenceEquals(rule.Ledgers, ledgers))];
}

/// <summary>The file cannot be used: all that is wrong, each with line and column.</summary>
internal sealed class RuleFileException(IReadOnlyList<string> problems)
    : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
