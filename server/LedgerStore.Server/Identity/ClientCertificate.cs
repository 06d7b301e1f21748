// A client's certificate that passed every check that does not depend on the policy, kept for the connection's life as
// bytes and facts, without native handles. Immutable; any thread.
using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Pki;
using LedgerStore.Policy;

namespace LedgerStore.Server.Identity;

/// <param name="Leaf">The certificate, DER.</param>
/// <param name="Sent">Other certificates that the client sent, DER: the way to the root at the next check.</param>
/// <param name="Facts">What the policy compares.</param>
/// <param name="Signers">The same of each certificate above it: who denies an authority denies what it signed.</param>
/// <param name="ValidUntil">When the first certificate of the chain ends.</param>
/// <param name="CheckedAgainst">The bundle by which it was judged.</param>
internal sealed record ClientCertificate(
    ReadOnlyMemory<byte> Leaf,
    ImmutableArray<byte[]> Sent,
    CertificateFacts Facts,
    ImmutableArray<CertificateFacts> Signers,
    string Subject,
    string Serial,
    DateTimeOffset ValidUntil,
    ClientAuthorities CheckedAgainst)
{
    /// <summary>Checks it again, after the authorities were exchanged.</summary>
    public CertificateVerdict JudgeAgain(ClientAuthorities authorities, DateTimeOffset now)
    {
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(Leaf.Span);
        using X509Chain chain = new() { ChainPolicy = authorities.ChainPolicy(now) };
        foreach (byte[] other in Sent)
        {
            chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(other));
        }

        chain.Build(leaf);
        return ClientCertificateCheck.Judge(leaf, chain, Sent, authorities, now);
    }
}

/// <summary>A good certificate, or why it is none.</summary>
internal sealed record CertificateVerdict(ClientCertificate? Certificate, RefusalReason Reason, string Detail);
