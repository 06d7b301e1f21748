// Listens to the engine's own metrics: how many bytes each group commit wrote to the journal.
// Measurements come on the thread of the sequencer.
using System.Diagnostics.Metrics;

namespace LedgerStore.Bench.Load;

/// <summary>The sizes of the journal frames since the last Take.</summary>
internal sealed class FrameSizes : IDisposable
{
    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly List<int> _sizes = new(1 << 16);

    public FrameSizes()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "LedgerStore.Engine", Name: "ledgerstore.journal.bytes" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, bytes, _, _) => Note((int)bytes));
        _listener.Start();
    }

    public int[] Take()
    {
        lock (_lock)
        {
            int[] sizes = [.. _sizes];
            _sizes.Clear();
            return sizes;
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Note(int bytes)
    {
        lock (_lock)
        {
            _sizes.Add(bytes);
        }
    }
}
