// How tickets (the order of appending here) become sequences (the producer's count on the server).
// Used by the sender's loop; what it knows can be read by any thread.

namespace LedgerStore.Client;

/// <param name="known">What an earlier run knew; null: nothing.</param>
/// <param name="save">Makes a change durable before the first record is sent with it; null: nothing to save.</param>
internal sealed class ProducerNumbers(long? known, Action<long>? save)
{
    private long? _offset = known;

    internal bool IsKnown => _offset is not null;

    internal ulong SequenceOf(ulong ticket) => (ulong)((long)ticket + _offset!.Value);

    /// <summary>The ticket of a sequence, which may lie before the first one.</summary>
    internal long TicketOf(ulong sequence) => (long)sequence - _offset!.Value;

    internal void StartAt(ulong ticket, ulong sequence) => Set((long)sequence - (long)ticket);

    /// <summary>Records were given up: those behind them move up, or the server would see a gap.</summary>
    internal void Skip(int count)
    {
        if (_offset is { } present)
        {
            Set(present - count);
        }
    }

    /// <summary>Ask the server again before the next batch.</summary>
    internal void Forget() => _offset = null;

    private void Set(long value)
    {
        save?.Invoke(value);
        _offset = value;
    }
}
