// Counters of handshakes and of exchanged files. Made once; any thread.
using System.Diagnostics.Metrics;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Trust;

namespace LedgerStore.Server.Tls;

internal sealed class TlsMetrics : IDisposable
{
    public const string MeterName = "LedgerStore.Server.Tls";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _handshakes;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _reloads;

    public TlsMetrics(ServerTrust trust, TimeProvider time)
    {
        _handshakes = _meter.CreateCounter<long>(
            "ledgerstore.tls.handshakes", "{handshake}", "Completed handshakes");
        _refusals = _meter.CreateCounter<long>(
            "ledgerstore.tls.handshakes_refused", "{handshake}", "Refused or failed handshakes by reason");
        _reloads = _meter.CreateCounter<long>(
            "ledgerstore.tls.reloads", "{reload}", "New certificate, authorities or policy, taken or refused");
        _meter.CreateObservableGauge(
            "ledgerstore.tls.certificate_seconds_left",
            () => (long)(trust.Current.ServerCertificate.Report.NotAfter - time.GetUtcNow()).TotalSeconds,
            unit: null, // The name has it already, and Prometheus would have it twice.
            "Until the server's certificate expires");
        trust.Changed += OnTrustChanged;
    }

    public void Completed() => _handshakes.Add(1);

    public void Refused(RefusalReason reason) =>
        _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason.Code()));

    public void Dispose() => _meter.Dispose();

    private void OnTrustChanged(object? sender, TrustChange change) => _reloads.Add(
        1,
        new KeyValuePair<string, object?>("part", change.Part.ToString()),
        new KeyValuePair<string, object?>("accepted", change.IsAccepted));
}
