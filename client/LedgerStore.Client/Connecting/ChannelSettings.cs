// Everything a channel needs to know before it connects.
// Filled by one thread, then only read.

using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Client;

/// <summary>Settings of an <see cref="LedgerChannel"/>.</summary>
internal sealed class ChannelSettings
{
    // What every gRPC implementation accepts by default.
    private const int ReceiveBytesMaxDefault = 4 * 1024 * 1024;

    /// <summary>Who this client is: a certificate with its private key. Null: no client certificate.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Issuers between <see cref="ClientCertificate"/> and the root, sent along with it.</summary>
    public X509Certificate2Collection ClientCertificateChain { get; init; } = [];

    /// <summary>The only roots that are trusted to vouch for the server. Null: those of the machine.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>The name the server's certificate must have, when it is not the host of the address.</summary>
    public string? ServerName { get; init; }

    /// <summary>Allows <c>http</c> addresses, without TLS. For a loopback test; never for records.</summary>
    public bool AllowPlaintext { get; init; }

    /// <summary>How many connections calls are spread over. More than one pays for a few very fast streams.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>How long connecting may take, TLS included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection that was silent this long is asked whether it is still there.</summary>
    public TimeSpan KeepAliveDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A connection that does not answer that question within this time is closed.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest response message that is accepted, after decompression.</summary>
    public int ReceiveBytesMax { get; init; } = ReceiveBytesMaxDefault;

    /// <summary>How much of a stream the server may send ahead of the reader.</summary>
    public int StreamWindowBytes { get; init; } = 1024 * 1024;

    /// <summary>The clock behind deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
