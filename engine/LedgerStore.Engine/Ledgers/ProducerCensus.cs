// How many producers each identity has in memory, over all ledgers in use. A producer is never forgotten, and each
// costs some kilobytes: one identity must not fill the memory with names, however many ledgers it may append to.
// Its own lock, held for a look or a count; any thread.

namespace LedgerStore.Engine.Ledgers;

/// <summary>Counts producers by identity.</summary>
/// <param name="perIdentityMax">StoreLimits.ProducersPerIdentityStoreMax, smaller in tests.</param>
internal sealed class ProducerCensus(int perIdentityMax)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<byte[], int> _counts = new(IdentityComparer.Instance);

    public int PerIdentityMax => perIdentityMax;

    public int CountOf(ReadOnlySpan<byte> identity)
    {
        lock (_gate)
        {
            return _counts.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(identity, out int count) ? count : 0;
        }
    }

    /// <summary>One more. Not refused here: what a ledger remembers from before counts, whatever the limit is.
    /// </summary>
    public void Add(ReadOnlySpan<byte> identity)
    {
        lock (_gate)
        {
            var counts = _counts.GetAlternateLookup<ReadOnlySpan<byte>>();
            counts.TryGetValue(identity, out int count);
            counts[identity] = count + 1;
        }
    }
}
