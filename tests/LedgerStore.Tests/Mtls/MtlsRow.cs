// One row of the matrix: a client's certificate, and what is expected of it on every kind of connection.
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Server.Identity;

namespace LedgerStore.Tests.Mtls;

/// <summary>Where a client is stopped.</summary>
internal enum Stop
{
    /// <summary>Nowhere: it is the identity that the row names.</summary>
    Accepted,

    /// <summary>The TLS handshake fails.</summary>
    Handshake,

    /// <summary>The connection stands, and every call on it is refused as unauthenticated.</summary>
    Call,
}

/// <param name="Text">For the document.</param>
/// <param name="Make">The certificate and what the client sends with it.</param>
/// <param name="New">What is expected on a new connection, by TLS 1.2 and 1.3 alike, resumed or not.</param>
/// <param name="Reason">Why; None if accepted.</param>
/// <param name="Open">What makes a good certificate become this one while its connection is open, or null.</param>
internal sealed record MtlsRow(
    string Text, Func<MtlsPki, MtlsOffer> Make, Stop New, RefusalReason Reason, MtlsTurn? Open)
{
    /// <summary>OpenSSL, on either side, may refuse the key or the signature before our check sees it.</summary>
    public bool IsLeftToOpenSsl => Reason is RefusalReason.WeakKey or RefusalReason.WeakSignature;

    public string Expectation => New switch
    {
        Stop.Accepted => "accepted",
        Stop.Handshake when IsLeftToOpenSsl =>
            $"handshake refused, `{Reason.Code()}` unless OpenSSL on either side does so before",
        Stop.Handshake => $"handshake refused, `{Reason.Code()}`",
        _ => $"every call refused, `{Reason.Code()}`",
    };

    public string OpenExpectation => Open is null ? "" : $"{Open.Text}: next call refused, `{Reason.Code()}`";

    public override string ToString() => Text;
}

/// <summary>What a client shows: a certificate (or none), and others to go with it.</summary>
internal sealed record MtlsOffer(X509Certificate2? Certificate, params X509Certificate2[] Others);
