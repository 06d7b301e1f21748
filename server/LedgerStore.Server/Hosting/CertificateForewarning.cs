// Says in `_audit` that the server's own certificate expires soon: clients refuse the server when it has. Looked at by
// the server's timer.
using System.Globalization;
using LedgerStore.Pki;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Server.Audit;

namespace LedgerStore.Server.Hosting;

/// <summary>Reports a certificate that ends.</summary>
/// <param name="shown">The certificate that is shown now.</param>
internal sealed class CertificateForewarning(Func<CertificateReport> shown, Action<Event> tell, TimeProvider time)
{
    public const string Change = "certificate expires";

    // One that lives for days only is renewed by a program, in its last third.
    private const int Part = 3;

    /// <summary>So soon is soon.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    // It is said again until another one is there.
    private static readonly TimeSpan s_quiet = TimeSpan.FromHours(12);

    private (long At, DateTimeOffset End)? _told;

    public void Look()
    {
        CertificateReport certificate = shown();
        DateTimeOffset end = certificate.NotAfter;
        TimeSpan part = (end - certificate.NotBefore) / Part;
        bool isFresh = _told is not { } last || last.End != end || time.GetElapsedTime(last.At) >= s_quiet;
        if (end - time.GetUtcNow() < (part < Ahead ? part : Ahead) && isFresh)
        {
            _told = (time.GetTimestamp(), end);
            tell(ChangeRecorder.LifecycleOf(
                Change,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the server's certificate expires at {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC; renew it with "
                    + $"`ledger pki renew server`, or whatever made it")));
        }
    }
}
