// The counters of sources as instruments. Any thread.
using System.Diagnostics.Metrics;
using LedgerStore.Intake.Doors;

namespace LedgerStore.Intake.Hosting;

internal sealed class IntakeMetrics : IDisposable
{
    public const string MeterName = "LedgerStore.Intake";

    private readonly Meter _meter = new(MeterName);
    private readonly Func<IntakeStatus> _status;

    public IntakeMetrics(Func<IntakeStatus> status, MemoryBudget budget)
    {
        _status = status;
        Count("received", "events that were read out of what came");
        Count("stored", "events that are durable, in the ledger or in the spool on the way to it");
        Count("duplicate", "events that were durable before");
        Count("dropped", "events that a rule of the source left out");
        Count("flagged", "events whose id their sender had used for something else; stored");
        Count("opaque", "events that could not be read, and are stored as they came");
        Count("refused", "requests that were refused");
        Count("later", "requests whose sender was told to come again");
        Count("broken", "connections that ended otherwise than a sender ends them");
        Gauge("waiting", "{event}", "records that are in the spool and not in the ledger yet");
        Gauge("spool_bytes", "By", "bytes of the spool's files");
        _meter.CreateObservableGauge(
            "ledgerstore.intake.memory", () => budget.Taken, "By", "bytes of requests that are held now");
    }

    public void Dispose() => _meter.Dispose();

    private void Count(string name, string description) => _meter.CreateObservableCounter(
        $"ledgerstore.intake.{name}", () => Measure(name), "{event}", description);

    private void Gauge(string name, string unit, string description) => _meter.CreateObservableGauge(
        $"ledgerstore.intake.{name}", () => Measure(name), unit, description);

    private IEnumerable<Measurement<long>> Measure(string name) =>
        _status().Sources.Select(each => new Measurement<long>(
            IntakeStatus.CountsOf(each.Pipeline).First(count => count.Name == name).Count,
            new KeyValuePair<string, object?>("source", each.Config.Name)));
}
