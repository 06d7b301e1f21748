// What the server counts of its calls, as System.Diagnostics.Metrics instruments. Any thread.
using System.Diagnostics;
using System.Diagnostics.Metrics;
using LedgerStore.Engine;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Disk;

namespace LedgerStore.Server.Metrics;

/// <summary>The instruments of one server.</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "LedgerStore.Server";

    // Times from a tenth of a millisecond to ten seconds.
    private static readonly InstrumentAdvice<double> s_times = new()
    {
        HistogramBucketBoundaries =
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    };

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _seconds;
    private readonly Counter<long> _denials;

    public ServerMetrics(
        Func<(int Open, long Refused)> streams, AuditLog audit, AccessRecorder recorder, DiskWatch disk, Store store)
    {
        _calls = _meter.CreateCounter<long>("ledgerstore.calls", "{call}", "calls that ended, by method and status");
        _seconds = _meter.CreateHistogram(
            "ledgerstore.call.duration", "s", "how long unary calls took", tags: null, s_times);
        _denials = _meter.CreateCounter<long>("ledgerstore.calls.denied", "{call}", "calls denied, by kind");
        _meter.CreateObservableGauge("ledgerstore.streams.open", () => streams().Open, "{stream}", "streams now open");
        _meter.CreateObservableCounter(
            "ledgerstore.streams.refused", () => streams().Refused, "{stream}", "streams beyond the limits");
        _meter.CreateObservableGauge(
            "ledgerstore.audit.sums_waiting", () => recorder.WaitingSums, "{sum}",
            "sums of denials and accesses that wait for their turn to be recorded");
        _meter.CreateObservableCounter(
            "ledgerstore.audit.events", () => audit.Written, "{event}", "events made durable in _audit");
        _meter.CreateObservableGauge(
            "ledgerstore.policy.changed_while_down", () => HasPolicyChangedWhileDown ? 1 : 0, null,
            "1 when the policy is not the one that held when the server last ran; an alert until the next start");
        _meter.CreateObservableGauge("ledgerstore.disk.free", () => disk.FreeBytes, "By", "free for the store's data");
        _meter.CreateObservableGauge(
            "ledgerstore.disk.full", () => store.Disk.IsFull ? 1 : 0, null,
            "1 while appends are refused for want of space");
        _meter.CreateObservableGauge(
            "ledgerstore.disk.to_free", () => store.Disk.BytesToFree, "By", "what to free so that appends go on");
        _meter.CreateObservableGauge(
            "ledgerstore.disk.reserve", () => store.Disk.ReserveBytes, "By", "kept for the store itself, allocated");
        _meter.CreateObservableGauge(
            "ledgerstore.disk.audit_room", () => store.Disk.AuditBytes, "By",
            "what of the reserve is left for records of accesses");
        _meter.CreateObservableGauge(
            "ledgerstore.disk.full_in", () => disk.FullIn?.TotalSeconds ?? -1, "s",
            "when the disk is full at the rate of the last ten minutes; -1 when it does not fill");
    }

    /// <summary>The meters whose instruments leave the process: ours, the runtime's and the web server's.</summary>
    public static string[] Exported { get; } =
        ["LedgerStore.*", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Set at start.</summary>
    public bool HasPolicyChangedWhileDown { get; set; }

    /// <summary>A call ended.</summary>
    public void Ended(string method, string status, bool isUnary, long started)
    {
        KeyValuePair<string, object?> name = new("method", method);
        _calls.Add(1, name, new KeyValuePair<string, object?>("status", status));
        if (isUnary && _seconds.Enabled)
        {
            _seconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, name);
        }
    }

    /// <summary>A call was denied: "unauthenticated" or "permission".</summary>
    public void Denied(string kind) => _denials.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Dispose() => _meter.Dispose();
}
