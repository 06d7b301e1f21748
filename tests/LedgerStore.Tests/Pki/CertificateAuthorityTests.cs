// What the private authority signs: the extensions that matter, times within its own, and nothing for wrong names.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Pki;
using Xunit;

namespace LedgerStore.Tests.Pki;

public sealed class CertificateAuthorityTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;
    private static readonly TimeSpan s_days = TimeSpan.FromDays(10);

    private readonly CertificateAuthority _authority =
        CertificateAuthority.Create("Example CA", TimeSpan.FromDays(100), s_now);

    [Fact]
    public void A_client_certificate_has_one_uri_and_clientAuth_and_nothing_more()
    {
        IssuedCertificate issued = _authority.IssueClient("example.org", "payments", s_days, s_now);
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
        IssuedCertificate issued = _authority.IssueServer(
            ["localhost", "127.0.0.1", "::1", "*.example.org"], s_days, s_now);
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
        IssuedCertificate issued = _authority.IssueClient("example.org", "payments", s_days, s_now);
        using X509Certificate2 both = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.PrivateKeyPem);
        Assert.True(both.HasPrivateKey);
        Assert.DoesNotContain("PRIVATE", issued.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Renewing_keeps_the_names_and_changes_key_and_serial()
    {
        foreach (IssuedCertificate old in new[]
        {
            _authority.IssueClient("example.org", "a/b", s_days, s_now),
            _authority.IssueServer(["localhost", "10.0.0.1"], s_days, s_now),
        })
        {
            using X509Certificate2 loaded = old.Load();
            CertificateReport renewed = _authority.Renew(loaded, s_days * 2, s_now).Report;
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
        using X509Certificate2 root = X509Certificate2.CreateFromPem(_authority.CertificatePem);
        Assert.Throws<PkiException>(() => _authority.Renew(root, s_days, s_now));
    }

    [Fact]
    public void Nothing_outlives_its_authority()
    {
        PkiException error = Assert.Throws<PkiException>(
            () => _authority.IssueClient("example.org", "a", TimeSpan.FromDays(101), s_now));
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
        Assert.Throws<PkiException>(() => _authority.IssueClient(trustDomain, name, s_days, s_now));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("https://example.org")]
    [InlineData("example.org:443")]
    public void A_server_needs_names(string name) =>
        Assert.Throws<PkiException>(() => _authority.IssueServer([name], s_days, s_now));

    [Fact]
    public void A_server_without_any_name_is_refused() =>
        Assert.Throws<PkiException>(() => _authority.IssueServer([], s_days, s_now));

    [Fact]
    public void An_authority_survives_its_text_form()
    {
        using CertificateAuthority again =
            CertificateAuthority.FromPem(_authority.CertificatePem, _authority.PrivateKeyPem);
        using X509Certificate2 certificate = again.IssueClient("example.org", "a", s_days, s_now).Load();
        Assert.True(ChainIsGood(certificate));
    }

    [Fact]
    public void A_key_of_another_authority_and_a_leaf_are_no_authority()
    {
        using CertificateAuthority other = CertificateAuthority.Create("Other CA", s_days, s_now);
        Assert.Throws<PkiException>(
            () => CertificateAuthority.FromPem(_authority.CertificatePem, other.PrivateKeyPem));
        IssuedCertificate leaf = _authority.IssueClient("example.org", "a", s_days, s_now);
        Assert.Throws<PkiException>(() => CertificateAuthority.FromPem(leaf.CertificatePem, leaf.PrivateKeyPem));
        Assert.Throws<PkiException>(() => CertificateAuthority.FromPem("no", _authority.PrivateKeyPem));
        Assert.Throws<PkiException>(() => CertificateAuthority.FromPem(_authority.CertificatePem, "no"));
    }

    [Fact]
    public void Only_what_a_development_authority_makes_is_marked()
    {
        using CertificateAuthority development = CertificateAuthority.CreateDevelopment(s_now);
        Assert.True(development.Report.IsDevelopment);
        Assert.True(development.IssueServer(["localhost"], s_days, s_now).Report.IsDevelopment);
        Assert.True(development.IssueClient("example.org", "a", s_days, s_now).Report.IsDevelopment);
        Assert.Equal(30, (development.Report.NotAfter - s_now).TotalDays, 0.01);
        Assert.False(_authority.Report.IsDevelopment);
        Assert.False(_authority.IssueClient("example.org", "a", s_days, s_now).Report.IsDevelopment);
    }

    [Fact]
    public void A_report_says_how_long_a_certificate_holds()
    {
        CertificateReport report = _authority.IssueClient("example.org", "a", s_days, s_now).Report;
        Assert.Equal("valid, 9 days left", report.StateAt(s_now.AddHours(1)));
        Assert.Equal("expired 3 days ago", report.StateAt(s_now.AddDays(13.5)));
        Assert.StartsWith("not valid before", report.StateAt(s_now.AddDays(-1)), StringComparison.Ordinal);
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
        chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(_authority.CertificatePem));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
