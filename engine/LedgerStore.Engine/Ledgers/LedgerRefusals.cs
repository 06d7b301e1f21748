// Why a ledger takes no appends, in words. Pure. Any thread.

using LedgerStore.Fields;

namespace LedgerStore.Engine.Ledgers;

/// <summary>The refusals that belong to a ledger as a whole.</summary>
internal static class LedgerRefusals
{
    public static StoreException Frozen(string name, string reason) => new(
        StoreReason.LedgerFrozen,
        $"ledger '{name}' is frozen ({reason}): it takes no more entries; append to another one");

    public static StoreException NotRecorded(string name, string why) => new(
        StoreReason.NotConfirmed,
        $"ledger '{name}' takes no entries: {why}. Put the catalog back from a copy; what is in the ledger can be "
        + "read");

    public static StoreException ReadOnlyStore() => new(
        StoreReason.LedgerReadOnly,
        "the store was opened for reading only: nothing is appended, created, frozen or signed; open it without "
        + "ReadOnly where it can be written");

    public static StoreException ReadOnly(string name, string what, Exception damage) => new(
        StoreReason.LedgerReadOnly,
        $"ledger '{name}' is damaged and takes no more entries: {what}. What is sound of it can be read; "
        + "keep a copy of its files as evidence",
        damage);

    /// <summary>Refuses what is the index worker's to do.</summary>
    /// <exception cref="StoreException">InvalidArgument: it is a ledger with statements about an index.</exception>
    public static void RefuseIndex(string name, string done)
    {
        if (name.StartsWith(IndexLedgerName.Prefix, StringComparison.Ordinal))
        {
            throw new StoreException(
                StoreReason.InvalidArgument,
                $"'{name}' is {done} by the store itself, which states there what it has indexed; set the fields of "
                + "the ledger that is to be indexed");
        }
    }
}
