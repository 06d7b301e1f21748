// What a certificate says, for lists and messages, and how long it still holds. Immutable; pure.
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Pki;

/// <summary>What a certificate is for.</summary>
public enum CertificateRole
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>It signs certificates.</summary>
    Authority,

    /// <summary>It proves a server's name.</summary>
    Server,

    /// <summary>It proves a client's identity.</summary>
    Client,
}

/// <summary>A certificate, for people and for the deny list.</summary>
/// <param name="Names">URIs, DNS names and addresses, in the certificate's order by kind.</param>
/// <param name="Issuer">As the policy's deny list takes it.</param>
/// <param name="Serial">Hex, as the policy's deny list takes it.</param>
/// <param name="Fingerprint">SHA-256 of the certificate: "sha256:" and 64 hex digits.</param>
/// <param name="SpkiFingerprint">SHA-256 of the public key, the same form.</param>
/// <param name="IsDevelopment">Made by a development authority.</param>
public sealed record CertificateReport(
    CertificateRole Role,
    string Subject,
    ImmutableArray<string> Names,
    string Issuer,
    string Serial,
    string Fingerprint,
    string SpkiFingerprint,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter,
    bool IsDevelopment)
{
    /// <summary>Reads a certificate.</summary>
    public static CertificateReport Of(X509Certificate2 certificate) => new(
        RoleOf(certificate),
        certificate.SubjectName.Name,
        CertificateNames.Read(certificate)?.All ?? [],
        certificate.IssuerName.Name,
        certificate.SerialNumber.ToLowerInvariant(),
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span))}",
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()))}",
        new DateTimeOffset(certificate.NotBefore.ToUniversalTime(), TimeSpan.Zero),
        new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero),
        DevelopmentMarker.IsOn(certificate));

    /// <summary>For people: "valid, 29 days left", "expired 3 days ago".</summary>
    public string StateAt(DateTimeOffset now) => now < NotBefore ? $"not valid before {NotBefore:u}"
        : now > NotAfter ? $"expired {Span(now - NotAfter)} ago"
        : $"valid, {Span(NotAfter - now)} left";

    public override string ToString() => $"{Role} {string.Join(", ", Names)} serial {Serial} until {NotAfter:u}";

    private static string Span(TimeSpan span) => span.TotalDays >= 2
        ? $"{(int)span.TotalDays} days"
        : $"{(int)span.TotalHours} hours";

    private static CertificateRole RoleOf(X509Certificate2 certificate)
    {
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority))
        {
            return CertificateRole.Authority;
        }

        return CertificateNames.HasUsage(certificate, CertificatePurposes.ClientAuth) ? CertificateRole.Client
            : CertificateNames.HasUsage(certificate, CertificatePurposes.ServerAuth) ? CertificateRole.Server
            : CertificateRole.Other;
    }
}
