// TLS and identity from one authority and one policy, without reload: enough for development.
// Any thread; what is known of a certificate is kept as long as its connection.
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Policy;
using LedgerStore.Policy.Pki;
using LedgerStore.Server.Rights;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace LedgerStore.Server.Hosting;

/// <summary>Who is at the other end, by the policy in force.</summary>
internal sealed class ThinIdentity(
    X509Certificate2 server, X509Certificate2Collection roots, PolicyInForce policy, TimeProvider time)
{
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private readonly ConditionalWeakTable<X509Certificate2, CertificateFacts> known = [];

    public void UseTls(ListenOptions listen) => listen.UseHttps(https =>
    {
        https.ServerCertificate = server;
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.ClientCertificateValidation = (certificate, _, _) => IsTrusted(certificate);
    });

    public CallerAnswer Identify(HttpContext context)
    {
        if (context.Connection.ClientCertificate is not { } certificate)
        {
            return new CallerAnswer(null, "no certificate");
        }

        CompiledPolicy rules = policy.Current.Policy;
        CertificateFacts facts = known.GetValue(certificate, FactsOf);
        if (time.GetUtcNow().UtcDateTime > certificate.NotAfter.ToUniversalTime())
        {
            return new CallerAnswer(null, "the certificate has expired");
        }

        if (rules.DenialOf(facts) is { } denial)
        {
            return new CallerAnswer(null, $"denied: {denial}");
        }

        Identification identification = rules.Identify(facts);
        return identification.Identity is { } identity
            ? new CallerAnswer(new Caller(identity), string.Empty)
            : new CallerAnswer(null, identification.Reason);
    }

    private bool IsTrusted(X509Certificate2 certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuth));
        return chain.Build(certificate) && CertificateNames.HasUsage(certificate, ClientAuth);
    }

    private static CertificateFacts FactsOf(X509Certificate2 certificate)
    {
        CertificateNames? names = CertificateNames.Read(certificate);
        return CertificateFacts.Create(
            names is { Uris: [string uri] } ? uri : null,
            SHA256.HashData(certificate.RawDataMemory.Span),
            DistinguishedName.FromDer(certificate.IssuerName.RawData)
                ?? throw new CryptographicException("the issuer's name is not well-formed"),
            certificate.SerialNumberBytes.Span,
            SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }
}
