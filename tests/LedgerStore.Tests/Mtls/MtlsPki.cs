// The authorities of the matrix and the policy that goes with them. Made once for each server; one test at a time.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Tests.Mtls;

internal sealed class MtlsPki
{
    public MtlsPki()
    {
        Root = Authority("CN=Example Root").Make(null);
        OtherRoot = Authority("CN=Other Root").Make(null);
        DeniedAuthority = Authority("CN=Denied Authority").Make(Root);
        Intermediate = Authority("CN=Intermediate").Make(Root);
        ServersOnly = (Authority("CN=Servers Only") with { Usages = [CertificateSpec.ServerAuth] }).Make(Root);
        ByFingerprint = new CertificateSpec { Uris = [] }.Make(Root);
        DeniedSerial = new CertificateSpec().Make(Root);
        DeniedKey = new CertificateSpec().Make(Root);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 OtherRoot { get; }

    /// <summary>Under the root, with path length 0.</summary>
    public X509Certificate2 Intermediate { get; }

    public X509Certificate2 DeniedAuthority { get; }

    /// <summary>An authority whose extended key usage is serverAuth.</summary>
    public X509Certificate2 ServersOnly { get; }

    public X509Certificate2 ByFingerprint { get; }

    public X509Certificate2 DeniedSerial { get; }

    public X509Certificate2 DeniedKey { get; }

    public static CertificateSpec Authority(string subject) =>
        new() { Subject = subject, Uris = [], Usages = [], IsAuthority = true, From = -1, Until = 50 };

    public static string Fingerprint(X509Certificate2 certificate) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    public static string KeyFingerprint(X509Certificate2 certificate) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>The usual policy with more lines of deny, and perhaps anonymous tiles.</summary>
    public string Policy(string moreDenied, string end) => $$"""
        version: 1
        trust_domain: example.org
        identities:
          payments: { uri: spiffe://example.org/payments }
          listed: { fingerprint: "{{Fingerprint(ByFingerprint)}}" }
        roles:
          writer: [append]
        bindings:
          - { role: writer, identities: [payments, listed], ledgers: ["payments.*"] }
        deny:
          - { issuer: "CN=Example Root", serial: "{{DeniedSerial.SerialNumber}}" }
          - { spki: "{{KeyFingerprint(DeniedKey)}}" }
          - { spki: "{{KeyFingerprint(DeniedAuthority)}}" }
        {{moreDenied}}
        {{end}}
        """;
}
