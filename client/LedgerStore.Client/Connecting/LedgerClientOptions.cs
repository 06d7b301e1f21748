// Everything that is needed to reach a server.
// Filled by one thread, then only read.

using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Client;

/// <summary>Where the server is, who this client is, and whom it trusts.</summary>
public sealed class LedgerClientOptions
{
    /// <summary>The server, such as <c>https://ledger.example.org:7443</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>The client's certificate as a PEM file, with its issuers behind it if there are any.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The private key of <see cref="CertificateFile"/> as a PEM file; null: it is in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The roots that may vouch for the server, as a PEM file; null: those of the machine.</summary>
    public string? CaFile { get; init; }

    /// <summary>The client's certificate as an object, instead of files.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The roots that may vouch for the server, as objects.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>The name in the server's certificate, where it is not the host of the address.</summary>
    public string? ServerName { get; init; }

    /// <summary>How many connections the calls are spread over. Each opens another one when it is full.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>How long connecting may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection that was silent this long is asked whether it is still there.</summary>
    public TimeSpan KeepAliveDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A connection that does not answer that within this time is given up.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call with a single answer may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call that tells its progress may tell nothing.</summary>
    public TimeSpan ProgressTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Allows <c>http</c> addresses, without TLS. For tests on loopback; never for records.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>The clock behind deadlines, back-off and events.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
