// What an operator decided about the intake, complete and checked for form. Immutable; any thread.
using System.Collections.Immutable;
using System.Net;
using LedgerStore.Client;
using LedgerStore.Intake.Noise;

namespace LedgerStore.Intake.Config;

/// <summary>The settings of an intake. Every path is absolute.</summary>
internal sealed record IntakeConfig
{
    /// <summary>Where spools and windows are.</summary>
    public required string State { get; init; }

    public required StoreConfig Store { get; init; }

    /// <summary>Of listeners; null: all of them are on this machine, without TLS.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Where metrics, health and status are served; null: nowhere.</summary>
    public IPEndPoint? Operations { get; init; }

    /// <summary>Bytes of requests that are held at once.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>How long a sender waits until it is told to come again.</summary>
    public required TimeSpan AnswerWithin { get; init; }

    public required ImmutableArray<SourceConfig> Sources { get; init; }
}

/// <summary>The store that the intake is a client of.</summary>
/// <param name="ServerName">The name in the server's certificate; null: the host of the address.</param>
internal sealed record StoreConfig(Uri Address, string Certificate, string Key, string Ca, string? ServerName);

/// <summary>The files of TLS.</summary>
/// <param name="ClientCa">Who vouches for senders with certificates; null: they have tokens.</param>
internal sealed record TlsFiles(string Certificate, string Key, string? ClientCa);

/// <summary>One source.</summary>
internal sealed record SourceConfig
{
    public required string Name { get; init; }

    public required SourceKind Kind { get; init; }

    public required string Ledger { get; init; }

    /// <summary>What the records are, for those who read them: the profile in the content type.</summary>
    public required string Profile { get; init; }

    /// <summary>Null for files.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>For files: the file.</summary>
    public string File { get; init; } = string.Empty;

    /// <summary>For kinds that are HTTP.</summary>
    public string Path { get; init; } = string.Empty;

    public required long SpoolBytes { get; init; }

    /// <summary>Whether a request without ids is known by its bytes.</summary>
    public bool IsKnownByBody { get; init; }

    /// <summary>What is left out; null: nothing.</summary>
    public NoiseRules? Noise { get; init; }

    public AuthConfig Auth { get; init; } = AuthConfig.None;

    /// <summary>The content type of its records.</summary>
    public string ContentType => $"application/json; profile={Profile}{IntakeFields.ContentTypeEnd}";
}

/// <summary>Who may send to a source. One of the ways suffices.</summary>
/// <param name="Certificates">URIs, DNS names, or "sha256:" and the fingerprint, of clients' certificates.</param>
/// <param name="Tokens">Names by the SHA-256 of their token, in hexadecimal digits.</param>
/// <param name="Hmac">Senders that sign what they send.</param>
internal sealed record AuthConfig(
    ImmutableArray<string> Certificates, ImmutableDictionary<string, string> Tokens, HmacConfig? Hmac)
{
    public static AuthConfig None { get; } = new([], ImmutableDictionary<string, string>.Empty, null);

    public bool IsEmpty => Certificates.IsEmpty && Tokens.IsEmpty && Hmac is null;
}

/// <summary>HMAC-SHA256 over the body, in hexadecimal digits, as GitHub and many others send it.</summary>
/// <param name="Sender">How the records call whoever has the secret.</param>
/// <param name="Secret">The bytes of the secret's file, without a newline at the end.</param>
/// <param name="Header">Where it is; a leading "sha256=" is left out.</param>
internal sealed record HmacConfig(string Sender, ImmutableArray<byte> Secret, string Header);
