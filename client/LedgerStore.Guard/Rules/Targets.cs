// Where alerts are sent. Passwords and tokens are in files of their own, so that rules can be shown to anybody.
// Immutable; any thread.

namespace LedgerStore.Guard;

/// <summary>All targets of a file.</summary>
internal sealed record Targets
{
    public static readonly Targets None = new();

    public IReadOnlyList<AlertmanagerTarget> Alertmanagers { get; init; } = [];

    public IReadOnlyList<WebhookTarget> Webhooks { get; init; } = [];

    public IReadOnlyList<MailTarget> Mails { get; init; } = [];

    public IReadOnlyList<SyslogTarget> Syslogs { get; init; } = [];

    /// <summary>Where it is said every minute that the guard watches.</summary>
    public IReadOnlyList<WebhookTarget> Heartbeats { get; init; } = [];

    public int Count => Alertmanagers.Count + Webhooks.Count + Mails.Count + Syslogs.Count;
}

/// <summary>Alertmanager, by its API v2.</summary>
/// <param name="Url">Its own address: the path of the API follows.</param>
internal sealed record AlertmanagerTarget(Uri Url, string? TokenFile, long ResendMicros);

/// <summary>A receiver of the JSON that Alertmanager sends to webhooks, version 4.</summary>
internal sealed record WebhookTarget(Uri Url, string? TokenFile);

/// <summary>A mailbox, by SMTP.</summary>
/// <param name="Tls">How the connection is made secret.</param>
internal sealed record MailTarget(
    string Host, int Port, MailTls Tls, string? CaFile, string? User, string? PasswordFile, string From,
    IReadOnlyList<string> To);

internal enum MailTls
{
    /// <summary>Plain, then STARTTLS; a server without it is refused.</summary>
    StartTls,

    /// <summary>From the first byte.</summary>
    Implicit,

    /// <summary>None, and so only to this machine.</summary>
    None,
}

/// <summary>A collector of syslog (RFC 5424), over TCP with octet counting, with or without TLS.</summary>
internal sealed record SyslogTarget(string Host, int Port, bool IsTls, string? CaFile);
