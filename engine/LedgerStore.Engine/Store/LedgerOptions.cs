// How a ledger is created. Immutable.
namespace LedgerStore.Engine;

/// <summary>What is decided for ever when a ledger is created.</summary>
public sealed record LedgerOptions
{
    /// <summary>Each entry gets 16 random bytes, so that its hash says nothing about a record that could be
    /// guessed.</summary>
    public bool IsSalted { get; init; }

    /// <summary>Who creates it: recorded in <c>_audit</c>. Empty when nobody is named.</summary>
    public string CreatedBy { get; init; } = string.Empty;
}
