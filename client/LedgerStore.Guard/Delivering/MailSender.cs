// Sends alerts as mail, one for each, by SMTP. Any thread; one at a time.

using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace LedgerStore.Guard;

/// <summary>A mailbox.</summary>
internal sealed class MailSender(MailTarget target) : ITarget
{
    private const int SubjectMax = 120;
    private const int TimeoutMillis = 15_000;

    public string Name => $"mail {target.Host}:{target.Port}";

    public async Task SendAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellation)
    {
        using SmtpClient smtp = new() { Timeout = TimeoutMillis };
        smtp.ServerCertificateValidationCallback =
            (_, certificate, _, errors) => TrustedTls.IsTrusted(target.CaFile, certificate, errors);
        SecureSocketOptions tls = target.Tls switch
        {
            MailTls.Implicit => SecureSocketOptions.SslOnConnect,
            MailTls.StartTls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.None,
        };
        await smtp.ConnectAsync(target.Host, target.Port, tls, cancellation).ConfigureAwait(false);
        if (target is { User: { } user, PasswordFile: { } file })
        {
            string password = await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false);
            await smtp.AuthenticateAsync(user, password.TrimEnd('\r', '\n'), cancellation).ConfigureAwait(false);
        }

        foreach (Alert alert in alerts)
        {
            using MimeMessage message = MessageOf(alert);
            _ = await smtp.SendAsync(message, cancellation).ConfigureAwait(false);
        }

        await smtp.DisconnectAsync(quit: true, cancellation).ConfigureAwait(false);
    }

    // The id is the alert's: who gets it twice sees that it is one.
    private MimeMessage MessageOf(Alert alert)
    {
        MimeMessage message = new() { MessageId = $"{alert.Id}@ledgerstore.invalid" };
        message.From.Add(MailboxAddress.Parse(target.From));
        message.To.AddRange(target.To.Select(MailboxAddress.Parse));
        string subject = $"[{AlertJson.NameOf(alert.Severity)}] {(alert.IsFiring ? "" : "resolved: ")}{alert.Says}";
        message.Subject = Line(subject.Length > SubjectMax ? subject[..SubjectMax] + "..." : subject);
        message.Body = new TextPart("plain")
        {
            Text = new StringBuilder()
                .AppendLine(Line(alert.Says))
                .AppendLine()
                .AppendLine(Line(alert.Do))
                .AppendLine()
                .AppendLine($"rule     {alert.Rule}")
                .AppendLine($"state    {(alert.IsFiring ? "firing" : "resolved")} at {Micros.Text(alert.At)}")
                .AppendLine($"ledger   {alert.Ledger}")
                .AppendLine($"cause    {AlertLabels.CauseText(alert.Cause)}")
                .AppendLine($"alert    {alert.Id}")
                .ToString(),
        };
        return message;
    }

    internal static string Line(string text) =>
        string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));
}
