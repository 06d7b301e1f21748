// A certificate in every wrong way that the matrix needs, which the real code would never make. For one test.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Tests.Mtls;

/// <summary>What a certificate says; the defaults are those of a good client certificate.</summary>
internal sealed record CertificateSpec
{
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string AnyUsage = "2.5.29.37.0";

    public string Subject { get; init; } = "CN=test";

    public string[] Uris { get; init; } = ["spiffe://example.org/payments"];

    public string[] DnsNames { get; init; } = [];

    public string[] Usages { get; init; } = [ClientAuth];

    public bool IsAuthority { get; init; }

    /// <summary>Days from now.</summary>
    public double From { get; init; } = -0.5;

    /// <summary>Days from now.</summary>
    public double Until { get; init; } = 5;

    public Func<AsymmetricAlgorithm> Key { get; init; } = static () => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Null: what fits IsAuthority.</summary>
    public X509KeyUsageExtension? KeyUsage { get; init; }

    public X509Extension[] More { get; init; } = [];

    public bool IsSignedWithSha1 { get; init; }

    /// <summary>Makes the certificate with its private key; without a signer it signs itself.</summary>
    public X509Certificate2 Make(X509Certificate2? signer)
    {
        AsymmetricAlgorithm key = Key();
        CertificateRequest request = key is RSA rsa
            ? new CertificateRequest(Subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(Subject, (ECDsa)key, HashAlgorithmName.SHA256);
        AddExtensions(request);
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(From), until = DateTimeOffset.UtcNow.AddDays(Until);
        if (signer is null)
        {
            return Exportable(request.CreateSelfSigned(from, until));
        }

        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = 0x41;
        using ECDsa signerKey = signer.GetECDsaPrivateKey()!;
        X509SignatureGenerator generator = IsSignedWithSha1
            ? new Sha1Generator(signerKey)
            : X509SignatureGenerator.CreateForECDsa(signerKey);
        using X509Certificate2 signed = request.Create(signer.SubjectName, generator, from, until, serial);
        return Exportable(key is RSA own ? signed.CopyWithPrivateKey(own) : signed.CopyWithPrivateKey((ECDsa)key));
    }

    private void AddExtensions(CertificateRequest request)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(IsAuthority, false, 0, true));
        Array.ForEach(More, request.CertificateExtensions.Add);
        request.CertificateExtensions.Add(KeyUsage ?? new X509KeyUsageExtension(
            IsAuthority ? X509KeyUsageFlags.KeyCertSign : X509KeyUsageFlags.DigitalSignature, true));
        if (Usages.Length > 0)
        {
            OidCollection usages = [];
            Array.ForEach(Usages, u => usages.Add(new Oid(u)));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        }

        if (Uris.Length + DnsNames.Length > 0)
        {
            SubjectAlternativeNameBuilder names = new();
            Array.ForEach(Uris, u => names.AddUri(new Uri(u)));
            Array.ForEach(DnsNames, names.AddDnsName);
            request.CertificateExtensions.Add(names.Build());
        }
    }

    private static X509Certificate2 Exportable(X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(
        certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);

    /// <summary>Signs with ecdsa-with-SHA1, which the framework does not do.</summary>
    private sealed class Sha1Generator(ECDsa key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            [0x30, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01];

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
            key.SignData(data, HashAlgorithmName.SHA1, DSASignatureFormat.Rfc3279DerSequence);

        protected override PublicKey BuildPublicKey() => CreateForECDsa(key).PublicKey;
    }
}
