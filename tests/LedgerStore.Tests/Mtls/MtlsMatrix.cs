// The matrix of client certificates: what is expected of each, as data. The same table is in docs/SECURITY.md.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LedgerStore.Server.Identity;

namespace LedgerStore.Tests.Mtls;

internal static class MtlsMatrix
{
    public static readonly IReadOnlyList<MtlsRow> Rows =
    [
        Good("URI that the policy names", _ => new CertificateSpec()),
        new("no URI, fingerprint that the policy names", p => new(p.ByFingerprint), Stop.Accepted,
            RefusalReason.None, null),
        Good("RSA key of 2048 bits", _ => new CertificateSpec { Key = static () => RSA.Create(2048) }),
        new("by an intermediate authority that the client sends",
            p => new(new CertificateSpec().Make(p.Intermediate), p.Intermediate), Stop.Accepted,
            RefusalReason.None, null),
        Refused("by an intermediate authority that the client does not send", RefusalReason.UntrustedIssuer,
            p => new(new CertificateSpec().Make(p.Intermediate)), null),
        Refused("none", RefusalReason.NoCertificate, _ => new(null), null),
        Refused("other authority", RefusalReason.UntrustedIssuer,
            p => new(new CertificateSpec().Make(p.OtherRoot)),
            MtlsTurn.AuthorityTakenOut),
        Refused("other authority of the same name", RefusalReason.BrokenChain,
            _ => new(new CertificateSpec().Make(MtlsPki.Authority("CN=Example Root").Make(null))), null),
        Refused("self-signed", RefusalReason.SelfSigned, _ => new(new CertificateSpec().Make(null)), null),
        Refused("expired", RefusalReason.Expired, p => new(new CertificateSpec { Until = -0.1 }.Make(p.Root)),
            MtlsTurn.Expires),
        Refused("not yet valid", RefusalReason.NotYetValid,
            p => new(new CertificateSpec { From = 0.5 }.Make(p.Root)), null),
        Refused("usage serverAuth only", RefusalReason.WrongUsage,
            p => new(new CertificateSpec { Usages = [CertificateSpec.ServerAuth] }.Make(p.Root)), null),
        Refused("no extended key usage", RefusalReason.WrongUsage,
            p => new(new CertificateSpec { Usages = [] }.Make(p.Root)), null),
        Refused("usage \"any\" only", RefusalReason.WrongUsage,
            p => new(new CertificateSpec { Usages = [CertificateSpec.AnyUsage] }.Make(p.Root)), null),
        Refused("by an authority that may sign for serverAuth only", RefusalReason.WrongUsage,
            p => new(new CertificateSpec().Make(p.ServersOnly), p.ServersOnly), null),
        AtCall("no subject alternative name", RefusalReason.NoIdentity, new CertificateSpec { Uris = [] }, null),
        AtCall("no URI, common name of an identity", RefusalReason.NoIdentity,
            new CertificateSpec { Uris = [], Subject = "CN=payments" }, null),
        AtCall("no URI, common name is its URI", RefusalReason.NoIdentity,
            new CertificateSpec { Uris = [], Subject = "CN=spiffe://example.org/payments" }, null),
        AtCall("DNS name only", RefusalReason.NoIdentity,
            new CertificateSpec { Uris = [], DnsNames = ["payments"] }, null),
        Refused("two URIs", RefusalReason.SeveralUris, p => new(new CertificateSpec
        {
            Uris = ["spiffe://example.org/payments", "spiffe://example.org/other"],
        }.Make(p.Root)), null),
        AtCall("URI of another trust domain", RefusalReason.WrongTrustDomain,
            new CertificateSpec { Uris = ["spiffe://example.com/payments"] }, null),
        AtCall("URI with a path that has to be normalised", RefusalReason.WrongTrustDomain,
            new CertificateSpec { Uris = ["spiffe://example.org//payments"] }, null),
        AtCall("URI that the policy does not name", RefusalReason.UnknownIdentity,
            new CertificateSpec { Uris = ["spiffe://example.org/nobody"] },
            MtlsTurn.TakenOutOfPolicy),
        Refused("an authority's own certificate", RefusalReason.NotAnEndEntity, p => new(new CertificateSpec
        {
            IsAuthority = true,
        }.Make(p.Root)), null),
        Refused("the root itself", RefusalReason.NotAnEndEntity, p => new(p.Root), null),
        SignedByALeaf(),
        Refused("denied by issuer and serial", RefusalReason.Denied, p => new(p.DeniedSerial),
            MtlsTurn.SerialDenied),
        Refused("denied by key", RefusalReason.Denied, p => new(p.DeniedKey), MtlsTurn.KeyDenied),
        Refused("by an authority whose key is denied", RefusalReason.Denied,
            p => new(new CertificateSpec().Make(p.DeniedAuthority), p.DeniedAuthority),
            MtlsTurn.AuthorityDenied),
        Refused("RSA key of 1024 bits", RefusalReason.WeakKey,
            p => new(new CertificateSpec { Key = static () => RSA.Create(1024) }.Make(p.Root)), null),
        Refused("elliptic curve of 224 bits", RefusalReason.WeakKey, p => new(new CertificateSpec
        {
            Key = static () => ECDsa.Create(ECCurve.CreateFromFriendlyName("secp224r1")),
        }.Make(p.Root)), null),
        Refused("signed with SHA-1", RefusalReason.WeakSignature,
            p => new(new CertificateSpec { IsSignedWithSha1 = true }.Make(p.Root)), null),
    ];

    /// <summary>The table as the document has it.</summary>
    public static string Table()
    {
        StringBuilder table = new();
        table.Append("| client certificate | new connection, TLS 1.2 and 1.3 | connection that is open |\n")
            .Append("|---|---|---|\n");
        foreach (MtlsRow row in Rows)
        {
            table.Append($"| {row.Text} | {row.Expectation} | {row.OpenExpectation} |\n".Replace("  |", " |"));
        }

        return table.ToString();
    }

    private static MtlsRow Good(string text, Func<MtlsPki, CertificateSpec> spec) =>
        new(text, p => new(spec(p).Make(p.Root)), Stop.Accepted, RefusalReason.None, null);

    private static MtlsRow Refused(string text, RefusalReason reason, Func<MtlsPki, MtlsOffer> make, MtlsTurn? open) =>
        new(text, make, Stop.Handshake, reason, open);

    private static MtlsRow AtCall(string text, RefusalReason reason, CertificateSpec spec, MtlsTurn? open) =>
        new(text, p => new(spec.Make(p.Root)), Stop.Call, reason, open);

    private static MtlsRow SignedByALeaf() => Refused("signed by a client certificate", RefusalReason.BrokenChain, p =>
    {
        X509Certificate2 leaf = new CertificateSpec { Subject = "CN=leaf" }.Make(p.Root);
        return new(new CertificateSpec().Make(leaf), leaf);
    }, null);
}
