// Sends alerts to a collector of syslog: RFC 5424 messages, counted octets (RFC 6587), over TCP with or without TLS.
// Any thread; one at a time.

using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace LedgerStore.Guard;

/// <summary>A collector.</summary>
internal sealed class SyslogSender(SyslogTarget target) : ITarget
{
    private const int Facility = 13;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    public string Name => $"syslog {target.Host}:{target.Port}";

    public async Task SendAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellation)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(s_timeout);
        using TcpClient tcp = new();
        await tcp.ConnectAsync(target.Host, target.Port, timeout.Token).ConfigureAwait(false);
        Stream stream = tcp.GetStream();
        SslStream? tls = target.IsTls ? new SslStream(stream) : null;
        await using (stream.ConfigureAwait(false))
        {
            if (tls is not null)
            {
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = target.Host,
                        CertificateChainPolicy = TrustedTls.PolicyOf(target.CaFile),
                    },
                    timeout.Token).ConfigureAwait(false);
                stream = tls;
            }

            foreach (Alert alert in alerts)
            {
                byte[] message = Encoding.UTF8.GetBytes(Message(alert));
                string length = string.Create(CultureInfo.InvariantCulture, $"{message.Length} ");
                await stream.WriteAsync(Encoding.ASCII.GetBytes(length), timeout.Token).ConfigureAwait(false);
                await stream.WriteAsync(message, timeout.Token).ConfigureAwait(false);
            }

            await stream.FlushAsync(timeout.Token).ConfigureAwait(false);
            if (tls is not null)
            {
                await tls.ShutdownAsync().ConfigureAwait(false);
            }

            // Syslog has no answer: a collector that closed is noticed at the end of what was sent, or not at all.
            tcp.Client.Shutdown(SocketShutdown.Send);
        }
    }

    internal static string Message(Alert alert)
    {
        int severity = alert.Severity switch { Severity.Critical => 2, Severity.Warning => 4, _ => 6 };
        int priority = (Facility * 8) + (alert.IsFiring ? severity : 5);
        StringBuilder text = new();
        _ = text.Append(
            CultureInfo.InvariantCulture,
            $"<{priority}>1 {Micros.Text(alert.At)} {Environment.MachineName} ledger-guard - ALERT [alert@32473");
        foreach ((string name, string value) in ((string, string)[])[
            ("id", alert.Id), ("rule", alert.Rule), ("state", alert.IsFiring ? "firing" : "resolved"),
            ("severity", AlertJson.NameOf(alert.Severity)), ("ledger", alert.Ledger),
            ("cause", AlertLabels.CauseText(alert.Cause))])
        {
            _ = text.Append(CultureInfo.InvariantCulture, $" {name}=\"{Escape(value)}\"");
        }

        return text.Append("] \uFEFF").Append(MailSender.Line(alert.Says)).ToString();
    }

    private static string Escape(string value) =>
        string.Concat(MailSender.Line(value).Select(static c => c is '"' or '\\' or ']' ? $"\\{c}" : $"{c}"));
}
