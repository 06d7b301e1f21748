// What the private authority signs: the extensions that matter, times within its own, and nothing for wrong names.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Pki;
using Xunit;

namespace LedgerStore.Tests.Pki;

public sealed class CertificateAuthorityTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly TimeSpan Days = TimeSpan.FromDays(10);

    private readonly CertificateAuthority authority =
        CertificateAuthority.Create("Example CA", TimeSpan.FromDays(100), Now);

    [Fact]
    public void A_client_certificate_has_one_uri_and_clientAuth_and_nothing_more()
    {
        IssuedCertificate issued = authority.IssueClient("example.org", "payments", Days, Now);
        using X509Certificate2 certificate = issued.Load();
        CertificateNames names = CertificateNames.Read(certificate)!;
        Assert.Equal(["spiffe://example.org/payments"], names.Uris.AsEnumerable());
        Assert.Empty(names.DnsNames);
        Assert.Empty(names.Addresses);
        Assert.True(CertificateNames.HasUsage(certificate, CertificatePurposes.ClientAuth));
        Assert.False(CertificateNames.HasUsage(certificate, CertificatePurposes.ServerAuth));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal("1.2.840.10045.3.1.7", CurveOf(certificate));
        Assert.Equal(CertificateRole.Client, issued.Report.Role);
        Assert.True(ChainIsGood(certificate));
    }

    [Fact]
    public void A_server_certificate_has_its_names_and_serverAuth()
    {
        IssuedCertificate issued = authority.IssueServer(["localhost", "127.0.0.1", "::1", "*.example.org"], Days, Now);
        using X509Certificate2 certificate = issued.Load();
        CertificateNames names = CertificateNames.Read(certificate)!;
        Assert.Equal(["localhost", "*.example.org", "127.0.0.1", "::1"], names.All.AsEnumerable());
        Assert.True(CertificateNames.HasUsage(certificate, CertificatePurposes.ServerAuth));
        Assert.False(CertificateNames.HasUsage(certificate, CertificatePurposes.ClientAuth));
        Assert.True(certificate.MatchesHostname("localhost"));
        Assert.True(certificate.MatchesHostname("::1"));
        Assert.False(certificate.MatchesHostname("example.com"));
        Assert.True(ChainIsGood(certificate));
    }

    [Fact]
    public void The_private_key_belongs_to_the_certificate_and_never_shows_in_text()
    {
        IssuedCertificate issued = authority.IssueClient("example.org", "payments", Days, Now);
        using X509Certificate2 both = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.PrivateKeyPem);
        Assert.True(both.HasPrivateKey);
        Assert.DoesNotContain("PRIVATE", issued.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Renewing_keeps_the_names_and_changes_key_and_serial()
    {
        foreach (IssuedCertificate old in new[]
        {
            authority.IssueClient("example.org", "a/b", Days, Now),
            authority.IssueServer(["localhost", "10.0.0.1"], Days, Now),
        })
        {
            using X509Certificate2 loaded = old.Load();
            CertificateReport renewed = authority.Renew(loaded, Days * 2, Now).Report;
            Assert.Equal(old.Report.Names.AsEnumerable(), renewed.Names);
            Assert.Equal(old.Report.Role, renewed.Role);
            Assert.NotEqual(old.Report.Serial, renewed.Serial);
            Assert.NotEqual(old.Report.SpkiFingerprint, renewed.SpkiFingerprint);
            Assert.True(renewed.NotAfter > old.Report.NotAfter);
        }
    }

    [Fact]
    public void An_authority_cannot_be_renewed_as_a_leaf()
    {
        using X509Certificate2 root = X509Certificate2.CreateFromPem(authority.CertificatePem);
        Assert.Throws<PkiException>(() => authority.Renew(root, Days, Now));
    }

    [Fact]
    public void Nothing_outlives_its_authority()
    {
        PkiException error = Assert.Throws<PkiException>(
            () => authority.IssueClient("example.org", "a", TimeSpan.FromDays(101), Now));
        Assert.Contains("the authority itself ends", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Example.org", "a")]
    [InlineData("", "a")]
    [InlineData("example.org", "")]
    [InlineData("example.org", "a/../b")]
    [InlineData("example.org", "a b")]
    [InlineData("example.org", "a%62")]
    [InlineData("example.org", "a?b")]
    public void A_client_needs_a_spiffe_id_in_its_one_spelling(string trustDomain, string name) =>
        Assert.Throws<PkiException>(() => authority.IssueClient(trustDomain, name, Days, Now));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("https://example.org")]
    [InlineData("example.org:443")]
    public void A_server_needs_names(string name) =>
        Assert.Throws<PkiException>(() => authority.IssueServer([name], Days, Now));

    [Fact]
    public void A_server_without_any_name_is_refused() =>
        Assert.Throws<PkiException>(() => authority.IssueServer([], Days, Now));

    [Fact]
    public void An_authority_survives_its_text_form()
    {
        using CertificateAuthority again =
            CertificateAuthority.FromPem(authority.CertificatePem, authority.PrivateKeyPem);
        using X509Certificate2 certificate = again.IssueClient("example.org", "a", Days, Now).Load();
        Assert.True(ChainIsGood(certificate));
    }

    [Fact]
    public void A_key_of_another_authority_and_a_leaf_are_no_authority()
    {
        using CertificateAuthority other = CertificateAuthority.Create("Other CA", Days, Now);
        Assert.Throws<PkiException>(
            () => CertificateAuthority.FromPem(authority.CertificatePem, other.PrivateKeyPem));
        IssuedCertificate leaf = authority.IssueClient("example.org", "a", Days, Now);
        Assert.Throws<PkiException>(() => CertificateAuthority.FromPem(leaf.CertificatePem, leaf.PrivateKeyPem));
        Assert.Throws<PkiException>(() => CertificateAuthority.FromPem("no", authority.PrivateKeyPem));
        Assert.Throws<PkiException>(() => CertificateAuthority.FromPem(authority.CertificatePem, "no"));
    }

    [Fact]
    public void Only_what_a_development_authority_makes_is_marked()
    {
        using CertificateAuthority development = CertificateAuthority.CreateDevelopment(Now);
        Assert.True(development.Report.IsDevelopment);
        Assert.True(development.IssueServer(["localhost"], Days, Now).Report.IsDevelopment);
        Assert.True(development.IssueClient("example.org", "a", Days, Now).Report.IsDevelopment);
        Assert.Equal(30, (development.Report.NotAfter - Now).TotalDays, 0.01);
        Assert.False(authority.Report.IsDevelopment);
        Assert.False(authority.IssueClient("example.org", "a", Days, Now).Report.IsDevelopment);
    }

    [Fact]
    public void A_report_says_how_long_a_certificate_holds()
    {
        CertificateReport report = authority.IssueClient("example.org", "a", Days, Now).Report;
        Assert.Equal("valid, 9 days left", report.StateAt(Now.AddHours(1)));
        Assert.Equal("expired 3 days ago", report.StateAt(Now.AddDays(13.5)));
        Assert.StartsWith("not valid before", report.StateAt(Now.AddDays(-1)), StringComparison.Ordinal);
    }

    private static string? CurveOf(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPublicKey()!;
        return key.ExportParameters(false).Curve.Oid.Value;
    }

    private bool ChainIsGood(X509Certificate2 certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority.CertificatePem));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
