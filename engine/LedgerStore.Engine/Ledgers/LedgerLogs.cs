// The ledgers that are in use, by id; each is opened when it is first asked for. Any thread.
using System.Collections.Concurrent;

namespace LedgerStore.Engine.Ledgers;

/// <summary>The open ledgers of a store.</summary>
/// <param name="open">Reads a ledger's state from its files; called once for each id, under its lock.</param>
internal sealed class LedgerLogs(Func<uint, LedgerLog> open)
{
    private readonly ConcurrentDictionary<uint, LedgerLog> _open = new();
    private readonly Lock _lock = new();

    public ICollection<LedgerLog> All => _open.Values;

    public bool IsOpen(uint id) => _open.ContainsKey(id);

    /// <summary>The ledger, opened if need be.</summary>
    public LedgerLog Get(uint id) => _open.TryGetValue(id, out LedgerLog? ledger) ? ledger : OpenSlow(id);

    /// <summary>The ledger; a new one is opened by the given function. Recovery, which runs alone.</summary>
    public LedgerLog GetOrAdd(uint id, long firstIndex, Func<uint, long, LedgerLog> openAt)
    {
        if (!_open.TryGetValue(id, out LedgerLog? ledger))
        {
            ledger = openAt(id, firstIndex);
            _open[id] = ledger;
        }

        return ledger;
    }

    private LedgerLog OpenSlow(uint id)
    {
        // One lock for all: opening is a few reads, and two objects for one ledger would be two truths.
        lock (_lock)
        {
            if (!_open.TryGetValue(id, out LedgerLog? ledger))
            {
                ledger = open(id);
                _open[id] = ledger;
            }

            return ledger;
        }
    }
}
