// The check of a client's certificate without a handshake: what OpenSSL would refuse before us, and names that no
// certificate tool would write.
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Pki;
using LedgerStore.Server.Identity;
using Xunit;

namespace LedgerStore.Tests.Mtls;

public sealed class ClientCertificateCheckTests
{
    // [6] "spiffe://example.org/payments", as an element of GeneralNames.
    private static readonly byte[] s_uri =
        [0x86, 29, .. "spiffe://example.org/payments"u8];

    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;
    private readonly MtlsPki _pki = new();

    [Fact]
    public void Weak_keys_and_signatures_are_seen_by_our_check_too()
    {
        Assert.Equal(RefusalReason.WeakKey, ReasonOf(new() { Key = static () => RSA.Create(1024) }));
        Assert.Equal(RefusalReason.WeakKey, ReasonOf(new() { Key = static () => RSA.Create(2040) }));
        Assert.Equal(RefusalReason.None, ReasonOf(new() { Key = static () => RSA.Create(2048) }));
        Assert.Equal(RefusalReason.WeakKey, ReasonOf(new() { Key = () => Curve("secp224r1") }));
        Assert.Equal(RefusalReason.None, ReasonOf(new() { Key = () => Curve("secp384r1") }));
        Assert.Equal(RefusalReason.WeakSignature, ReasonOf(new() { IsSignedWithSha1 = true }));
    }

    [Fact]
    public void A_weak_key_of_an_authority_on_the_way_is_seen()
    {
        using X509Certificate2 weak =
            (MtlsPki.Authority("CN=Weak") with { Key = () => Curve("secp224r1") }).Make(_pki.Root);
        using X509Certificate2 leaf = new CertificateSpec().Make(weak);
        Assert.Equal(RefusalReason.WeakKey, Judge(leaf, weak).Reason);
    }

    [Fact]
    public void An_authority_that_is_limited_to_servers_makes_no_clients()
    {
        using X509Certificate2 leaf = new CertificateSpec().Make(_pki.ServersOnly);
        Assert.Equal(RefusalReason.WrongUsage, Judge(leaf, _pki.ServersOnly).Reason);
    }

    [Fact]
    public void A_certificate_that_may_sign_is_no_client_even_if_it_is_no_authority_by_its_constraints()
    {
        X509KeyUsageExtension signs = new(X509KeyUsageFlags.KeyCertSign, true);
        Assert.Equal(RefusalReason.NotAnEndEntity, ReasonOf(new() { KeyUsage = signs }));
    }

    [Fact]
    public void The_order_of_reasons_is_fixed()
    {
        CertificateSpec all = new() { Until = -0.1, Usages = [], IsAuthority = true, Uris = ["urn:a", "urn:b"] };
        Assert.Equal(RefusalReason.SelfSigned, Judge(all.Make(null)).Reason);
        Assert.Equal(RefusalReason.Expired, ReasonOf(all));
        Assert.Equal(RefusalReason.NotAnEndEntity, ReasonOf(all with { Until = 1 }));
        Assert.Equal(RefusalReason.WrongUsage, ReasonOf(all with { Until = 1, IsAuthority = false }));
    }

    [Fact]
    public void Names_that_cannot_be_read_are_refused()
    {
        foreach (byte[] names in new byte[][]
        {
            [], [0x05, 0x00], [0x30, 0x05], [0x30, 0x00, 0x00], Sequence([0x86, 0x02, (byte)'a']),
            Sequence([0x86, 0x02, 0xC3, 0xA9]), Sequence([0x87, 0x03, 1, 2, 3]), [0x30, 0x80, .. s_uri, 0, 0],
        })
        {
            Assert.Null(CertificateNames.Parse(names));
            X509Extension extension = new(new Oid(CertificatePurposes.SubjectAltName), names, false);

            // OpenSSL finds some of them first, and then no way from such a certificate to the root.
            Assert.Contains(ReasonOf(new() { Uris = [], More = [extension] }),
                new[] { RefusalReason.MalformedNames, RefusalReason.UntrustedIssuer });
        }
    }

    [Fact]
    public void Every_uri_counts_also_the_same_one_twice()
    {
        Assert.Equal(["spiffe://example.org/payments"], CertificateNames.Parse(Sequence(s_uri))!.Uris.AsEnumerable());
        X509Extension twice = new(new Oid(CertificatePurposes.SubjectAltName), Sequence([.. s_uri, .. s_uri]), false);
        Assert.Equal(RefusalReason.SeveralUris, ReasonOf(new() { Uris = [], More = [twice] }));
    }

    [Fact]
    public void Damaged_names_are_names_or_nothing_and_never_an_exception()
    {
        byte[] good = Sequence([.. s_uri, 0x82, 1, (byte)'a', 0x87, 4, 1, 2, 3, 4, 0xA4, 2, 0x30, 0]);
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. good[..random.Next(1, good.Length + 1)]];
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            try
            {
                CertificateNames.Parse(damaged);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, round {i}, {Convert.ToHexString(damaged)}: {error}");
            }
        }
    }

    [Fact]
    public void The_first_end_in_the_chain_is_the_end()
    {
        using X509Certificate2 shortLived = (MtlsPki.Authority("CN=Short") with { Until = 2 }).Make(_pki.Root);
        using X509Certificate2 leaf = new CertificateSpec { Until = 5 }.Make(shortLived);
        ClientCertificate certificate = Judge(leaf, shortLived).Certificate!;
        Assert.Equal(shortLived.NotAfter.ToUniversalTime(), certificate.ValidUntil.UtcDateTime);
        Assert.Equal(2, certificate.Signers.Length);
    }

    private static ECDsa Curve(string name) => ECDsa.Create(ECCurve.CreateFromFriendlyName(name));

    private static byte[] Sequence(byte[] content) => [0x30, (byte)content.Length, .. content];

    private RefusalReason ReasonOf(CertificateSpec spec)
    {
        using X509Certificate2 leaf = spec.Make(_pki.Root);
        return Judge(leaf).Reason;
    }

    private CertificateVerdict Judge(X509Certificate2 leaf, params X509Certificate2[] others)
    {
        ClientAuthorities authorities = ClientAuthorities.Parse(_pki.Root.ExportCertificatePem(), s_now);
        using X509Chain chain = new() { ChainPolicy = authorities.ChainPolicy(s_now) };
        chain.ChainPolicy.ExtraStore.AddRange(others);
        chain.Build(leaf);
        ImmutableArray<byte[]> sent = ClientCertificateCheck.SentWith(chain, authorities);
        Assert.Equal(others.Length, sent.Length);
        return ClientCertificateCheck.Judge(leaf, chain, sent, authorities, s_now);
    }
}
