// Finds entries by their time. Time never decreases in a ledger, so halving finds it with some twenty reads, of which
// the bundle cache answers the last ones. Stateless; any thread.
using LedgerStore.Engine;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Server.Services;

/// <summary>From a time to an index.</summary>
internal static class EntrySearch
{
    /// <summary>The first entry received at that time or later; the size when all are older.</summary>
    public static async ValueTask<long> FirstAtAsync(Ledger ledger, long micros, CancellationToken cancellationToken)
    {
        long low = 0, high = ledger.Size;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (await TimeOfAsync(ledger, middle, cancellationToken).ConfigureAwait(false) < micros)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static async ValueTask<long> TimeOfAsync(Ledger ledger, long index, CancellationToken cancellationToken)
    {
        await foreach (EntrySlice slice in ledger.ReadAsync(index, 1, cancellationToken).ConfigureAwait(false))
        {
            return (long)EntryView.Parse(slice.Entry(0)).ReceivedUnixMicros;
        }

        throw new InvalidOperationException($"entry {index} is within the ledger and was not delivered");
    }
}
