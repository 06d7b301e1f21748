// Reads the store's own metric of the processor time that signing took. One suite; disposed with it.
using System.Diagnostics.Metrics;

namespace LedgerStore.Bench.Engine;

internal sealed class CheckpointMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _micros;

    public CheckpointMeter()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "ledgerstore.checkpoint.cpu")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _micros += value);
        _listener.Start();
    }

    /// <summary>Of all stores that are open.</summary>
    public double CpuSeconds()
    {
        _micros = 0;
        _listener.RecordObservableInstruments();
        return _micros / 1e6;
    }

    public void Dispose() => _listener.Dispose();
}
