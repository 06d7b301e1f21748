// The ledgers that have grown since their last checkpoint, each once. Noted by the bundler, taken by the checkpointer.

using System.Collections.Concurrent;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Who has to be signed: the cost is that of those that changed, not of all there are.</summary>
/// <param name="isOn">False in a store that signs nothing: then nothing is noted.</param>
internal sealed class GrowthQueue(bool isOn)
{
    private readonly ConcurrentQueue<OpenLedger> _grown = new();

    /// <summary>Ledgers that wait, for metrics.</summary>
    public int Count => _grown.Count;

    public void Note(OpenLedger ledger)
    {
        if (isOn && Interlocked.Exchange(ref ledger.GrowthNote, 1) == 0)
        {
            _grown.Enqueue(ledger);
        }
    }

    /// <summary>Takes one. Whatever it grows from now on notes it again.</summary>
    public OpenLedger? Take()
    {
        if (!_grown.TryDequeue(out OpenLedger? ledger))
        {
            return null;
        }

        // A full fence: the note is taken back before the taker looks how far the ledger is. Else a growth in between
        // would find it noted, and nobody would look at it.
        Interlocked.Exchange(ref ledger.GrowthNote, 0);
        return ledger;
    }
}
