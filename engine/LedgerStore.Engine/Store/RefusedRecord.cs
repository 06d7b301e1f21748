// A record that a ledger's fields refuse. Immutable.
namespace LedgerStore.Engine;

/// <summary>Why a record is not to be stored.</summary>
/// <param name="Number">Which of the batch, from 0.</param>
/// <param name="Flag">What <c>@flag</c> would say of it; <c>opaque</c> where it cannot be read.</param>
/// <param name="Reason">The same for people: which field, where it is, and what was expected.</param>
public sealed record RefusedRecord(int Number, string Flag, string Reason);
