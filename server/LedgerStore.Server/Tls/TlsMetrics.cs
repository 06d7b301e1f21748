// Counters of handshakes and of exchanged files. Made once; any thread.
using System.Diagnostics.Metrics;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Trust;

namespace LedgerStore.Server.Tls;

internal sealed class TlsMetrics : IDisposable
{
    public const string MeterName = "LedgerStore.Server.Tls";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> handshakes;
    private readonly Counter<long> refusals;
    private readonly Counter<long> reloads;

    public TlsMetrics(ServerTrust trust, TimeProvider time)
    {
        handshakes = meter.CreateCounter<long>(
            "ledgerstore.tls.handshakes", "{handshake}", "Completed handshakes");
        refusals = meter.CreateCounter<long>(
            "ledgerstore.tls.handshakes_refused", "{handshake}", "Refused or failed handshakes by reason");
        reloads = meter.CreateCounter<long>(
            "ledgerstore.tls.reloads", "{reload}", "New certificate, authorities or policy, taken or refused");
        meter.CreateObservableGauge(
            "ledgerstore.tls.certificate_seconds_left",
            () => (long)(trust.Current.ServerCertificate.Report.NotAfter - time.GetUtcNow()).TotalSeconds,
            unit: null, // The name has it already, and Prometheus would have it twice.
            "Until the server's certificate expires");
        trust.Changed += OnTrustChanged;
    }

    public void Completed() => handshakes.Add(1);

    public void Refused(RefusalReason reason) =>
        refusals.Add(1, new KeyValuePair<string, object?>("reason", reason.Code()));

    public void Dispose() => meter.Dispose();

    private void OnTrustChanged(object? sender, TrustChange change) => reloads.Add(
        1,
        new KeyValuePair<string, object?>("part", change.Part.ToString()),
        new KeyValuePair<string, object?>("accepted", change.IsAccepted));
}
