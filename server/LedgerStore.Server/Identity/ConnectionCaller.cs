// What a connection knows of its client, or what a browser's request knows of its session. A feature of either;
// written by the handshake, then read and refreshed by its calls from any thread: each write is a whole new decision,
// and any of them is right.
using System.Net;
using LedgerStore.Server.Audit;

namespace LedgerStore.Server.Identity;

internal sealed class ConnectionCaller(IPEndPoint? remote)
{
    // Generation 0 does not exist, so the first check decides.
    private static readonly IdentityDecision s_undecided =
        IdentityDecision.Refuse(RefusalReason.NoCertificate, "the client sent no certificate", 0);

    private IdentityDecision _decision = s_undecided;

    /// <summary>Where the client is, as far as TCP knows.</summary>
    public IPAddress? Address => remote?.Address;

    /// <summary>The same with its port, as records have it.</summary>
    public string Peer => field ??= AuditText.Peer(remote?.Address, remote?.Port ?? 0);

    /// <summary>The handshake is complete.</summary>
    public bool IsEstablished { get; set; }

    /// <summary>It left the number of those whom nobody knows.</summary>
    public bool IsCountedAsKnown { get; set; }

    /// <summary>Null if the client has none, or none that could be used.</summary>
    public ClientCertificate? Certificate { get; set; }

    /// <summary>It came to the page for browsers: who it is says a session, and never a certificate.</summary>
    public bool IsBrowser { get; init; }

    /// <summary>The session's; null if there is none, or if this is no browser.</summary>
    public SignIn? SignIn { get; init; }

    /// <summary>Why the handshake was refused, if it was.</summary>
    public CertificateVerdict? Refusal { get; set; }

    public IdentityDecision Decision
    {
        get => Volatile.Read(ref _decision);
        set => Volatile.Write(ref _decision, value);
    }
}
