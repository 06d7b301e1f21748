// How closing an appender ended, for callers who want to know.
// Immutable; any thread.

namespace LedgerStore.Client;

/// <summary>What became of the records that were handed over and not answered when an appender was closed.</summary>
/// <param name="NotStored">Records that are certainly not in the ledger, and not in the spool either.</param>
/// <param name="Unknown">Records that may be in the ledger: they were sent, and no answer came.</param>
/// <param name="InSpool">Records that wait in the spool for the next start, those of earlier runs included.</param>
/// <param name="Failure">Why a posted record is not stored, or may not be, as far as no flush told it.</param>
public sealed record AppenderEnd(ulong NotStored, ulong Unknown, ulong InSpool, AppendException? Failure)
{
    /// <summary>Everything is stored, or safe in the spool.</summary>
    public bool IsComplete => NotStored == 0 && Unknown == 0 && Failure is null;
}
