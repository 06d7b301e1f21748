// Is this a certificate with which a client may come, whatever the policy says? Pure functions over a built chain; the
// handshake and every later check use the same code.
//
// The order is fixed, so that one certificate has one reason: where it comes from, when it holds, what it is for, how
// strong it is, what it says.
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Pki;
using LedgerStore.Policy;
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Identity;

internal static class ClientCertificateCheck
{
    private const X509ChainStatusFlags OwnChecks = X509ChainStatusFlags.NotTimeValid
        | X509ChainStatusFlags.NotValidForUsage | X509ChainStatusFlags.HasWeakSignature;
    private const X509ChainStatusFlags Roots =
        X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    /// <param name="chain">Built with the authorities' ChainPolicy, whatever Build said.</param>
    /// <param name="sent">The other certificates that the client sent.</param>
    public static CertificateVerdict Judge(
        X509Certificate2 leaf,
        X509Chain chain,
        ImmutableArray<byte[]> sent,
        ClientAuthorities authorities,
        DateTimeOffset now)
    {
        if ((LengthProblem(chain, sent) ?? OriginProblem(leaf, chain) ?? TimeProblem(chain, now)
            ?? PurposeProblem(leaf, chain) ?? StrengthProblem(chain)) is { } problem)
        {
            return problem;
        }

        CertificateNames? names = CertificateNames.Read(leaf);
        if (names is null)
        {
            return Refuse(RefusalReason.MalformedNames, "its subject alternative names cannot be read");
        }

        if (names.Uris.Length > 1)
        {
            return Refuse(RefusalReason.SeveralUris, $"it has {names.Uris.Length} URI names, not one");
        }

        CertificateFacts? facts = FactsOf(leaf, names.Uris.SingleOrDefault());
        return facts is null
            ? Refuse(RefusalReason.MalformedNames, "its issuer or its serial number cannot be read")
            : new CertificateVerdict(
                new ClientCertificate(
                    leaf.RawData,
                    sent,
                    facts,
                    SignersOf(chain),
                    leaf.Subject,
                    leaf.SerialNumber,
                    chain.ChainElements.Min(e => EndOf(e.Certificate)),
                    authorities),
                RefusalReason.None,
                "");
    }

    /// <summary>The certificates besides the leaf that a handshake brought, without those of our own bundle.</summary>
    public static ImmutableArray<byte[]> SentWith(X509Chain chain, ClientAuthorities authorities) =>
        [.. chain.ChainPolicy.ExtraStore.Where(c => !authorities.Contains(c))
            .Take(ServerLimits.ChainCertificates).Select(c => c.RawData)];

    // First of all: every other check looks at each certificate of the chain.
    private static CertificateVerdict? LengthProblem(X509Chain chain, ImmutableArray<byte[]> sent) =>
        chain.ChainElements.Count > ServerLimits.ChainCertificates || sent.Length >= ServerLimits.ChainCertificates
            ? Refuse(
                RefusalReason.ChainTooLong,
                $"its chain has more certificates than the limit of {ServerLimits.ChainCertificates}")
            : null;

    private static CertificateVerdict? OriginProblem(X509Certificate2 leaf, X509Chain chain)
    {
        X509ChainStatusFlags flags = FlagsOf(chain);
        if ((flags & Roots) != X509ChainStatusFlags.NoError || chain.ChainElements.Count == 0)
        {
            return leaf.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData)
                ? Refuse(RefusalReason.SelfSigned, "it is signed by itself")
                : Refuse(RefusalReason.UntrustedIssuer, $"it is not from an authority of this server ({flags})");
        }

        // These have checks of their own below, which also refuse what the chain takes: no usage at all, for example.
        X509ChainStatusFlags other = flags & ~OwnChecks;
        return other != X509ChainStatusFlags.NoError
            ? Refuse(RefusalReason.BrokenChain, $"its chain is broken: {other}")
            : null;
    }

    private static X509ChainStatusFlags FlagsOf(X509Chain chain)
    {
        X509ChainStatusFlags flags = X509ChainStatusFlags.NoError;
        foreach (X509ChainStatus status in chain.ChainStatus)
        {
            flags |= status.Status;
        }

        return flags;
    }

    private static CertificateVerdict? TimeProblem(X509Chain chain, DateTimeOffset now)
    {
        foreach (X509Certificate2 certificate in chain.ChainElements.Select(e => e.Certificate))
        {
            string what = ReferenceEquals(certificate, chain.ChainElements[0].Certificate)
                ? "it" : $"its authority {certificate.Subject}";
            if (now > EndOf(certificate))
            {
                return Refuse(RefusalReason.Expired, $"{what} expired {EndOf(certificate):u}");
            }

            DateTimeOffset start = new(certificate.NotBefore.ToUniversalTime(), TimeSpan.Zero);
            if (now < start)
            {
                return Refuse(RefusalReason.NotYetValid, $"{what} is not valid before {start:u}");
            }
        }

        return null;
    }

    private static CertificateVerdict? PurposeProblem(X509Certificate2 leaf, X509Chain chain)
    {
        bool signs = leaf.Extensions.OfType<X509KeyUsageExtension>()
            .Any(u => (u.KeyUsages & X509KeyUsageFlags.KeyCertSign) != X509KeyUsageFlags.None);
        if (signs || CertificateReport.Of(leaf).Role == CertificateRole.Authority)
        {
            return Refuse(RefusalReason.NotAnEndEntity, "it may sign certificates; an authority is no client");
        }

        if (!CertificateNames.HasUsage(leaf, CertificatePurposes.ClientAuth))
        {
            return Refuse(RefusalReason.WrongUsage, "it has no extended key usage clientAuth");
        }

        // An authority may be limited to certificates of servers: what it signs for clients is not worth more.
        return (FlagsOf(chain) & X509ChainStatusFlags.NotValidForUsage) != X509ChainStatusFlags.NoError
            ? Refuse(RefusalReason.WrongUsage, "an authority of its chain may not sign for the usage clientAuth")
            : null;
    }

    private static CertificateVerdict? StrengthProblem(X509Chain chain)
    {
        for (int i = 0; i < chain.ChainElements.Count; i++)
        {
            X509Certificate2 certificate = chain.ChainElements[i].Certificate;
            if (CertificateKeys.Problem(certificate) is { } weakKey)
            {
                return Refuse(RefusalReason.WeakKey, $"{certificate.Subject}: {weakKey}");
            }

            // A root is trusted because it is in the bundle, not for its signature.
            bool isRoot = i == chain.ChainElements.Count - 1;
            if (!isRoot && CertificateKeys.SignatureProblem(certificate) is { } weakSignature)
            {
                return Refuse(RefusalReason.WeakSignature, $"{certificate.Subject} {weakSignature}");
            }
        }

        return null;
    }

    private static ImmutableArray<CertificateFacts> SignersOf(X509Chain chain) =>
        [.. chain.ChainElements.Skip(1).Select(e => FactsOf(e.Certificate, null)).OfType<CertificateFacts>()];

    private static CertificateFacts? FactsOf(X509Certificate2 certificate, string? uri) =>
        DistinguishedName.FromDer(certificate.IssuerName.RawData) is { } issuer
        && certificate.SerialNumberBytes.Length is > 0 and <= PolicyLimits.SerialDigits / 2
            ? CertificateFacts.Create(
                uri,
                SHA256.HashData(certificate.RawDataMemory.Span),
                issuer,
                certificate.SerialNumberBytes.Span,
                SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
            : null;

    private static DateTimeOffset EndOf(X509Certificate2 certificate) =>
        new(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    private static CertificateVerdict Refuse(RefusalReason reason, string detail) => new(null, reason, detail);
}
