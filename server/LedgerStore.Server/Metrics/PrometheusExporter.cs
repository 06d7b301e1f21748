// All meters of this process that are ours or the runtime's, as Prometheus text (exposition format 0.0.4).
// Instruments report on their own threads; Text is called by scrapes.
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace LedgerStore.Server.Metrics;

/// <summary>Listens to instruments and writes what they said.</summary>
internal sealed class PrometheusExporter : IDisposable
{
    private static readonly string[] Meters = ["LedgerStore.", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel"];

    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricSeries> series = new();

    public PrometheusExporter()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (Array.Exists(Meters, name => instrument.Meter.Name.StartsWith(name, StringComparison.Ordinal)))
            {
                self.EnableMeasurementEvents(instrument, series.GetOrAdd(instrument, each => new MetricSeries(each)));
            }
        };
        listener.MeasurementsCompleted = (instrument, _) => series.TryRemove(instrument, out MetricSeries? _);
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, to) => Measure(value, tags, to));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, to) => Measure(value, tags, to));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, to) => Measure(value, tags, to));
        listener.Start();
    }

    /// <summary>Every series there is, measured or not.</summary>
    public IEnumerable<string> Names => series.Values.Select(each => each.Name);

    /// <summary>Everything, now.</summary>
    public string Text()
    {
        listener.RecordObservableInstruments();
        StringBuilder text = new();
        foreach (Instrument instrument in series.Keys.OrderBy(each => each.Name, StringComparer.Ordinal))
        {
            if (series.TryGetValue(instrument, out MetricSeries? found))
            {
                found.Write(text);
            }
        }

        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    private static void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? to) =>
        ((MetricSeries)to!).Measure(value, tags);
}
