// The files of an authority: their modes, what is refused, what renewing and listing show, and the development set.
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Pki;
using Xunit;

namespace LedgerStore.Tests.Pki;

[SupportedOSPlatform("linux")]
public sealed class PkiDirectoryTests : IDisposable
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;
    private static readonly TimeSpan s_days = TimeSpan.FromDays(10);
    private readonly string _root = Directory.CreateTempSubdirectory("pki").FullName;

    private string Place => Path.Combine(_root, "pki");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Private_keys_are_0600_and_directories_0700()
    {
        PkiDirectory pki = Make();
        pki.IssueServer(["localhost"], s_days, s_now);
        pki.IssueClient("example.org", "payments", s_days, s_now);
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string[] keys = Directory.GetFiles(Place, "*.key", SearchOption.AllDirectories);
        Assert.Equal(3, keys.Length);
        Assert.All(keys, k => Assert.Equal(Private, File.GetUnixFileMode(k)));
        Assert.All(Directory.GetDirectories(Place).Append(Place),
            d => Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(d)));
        Assert.Empty(Directory.GetFiles(Place, "*.new", SearchOption.AllDirectories));
        Assert.DoesNotContain(Directory.GetFiles(Place, "*.pem", SearchOption.AllDirectories),
            f => File.ReadAllText(f).Contains("PRIVATE", StringComparison.Ordinal));
    }

    [Fact]
    public void What_exists_is_renewed_and_not_issued_again()
    {
        PkiDirectory pki = Make();
        CertificateReport first = pki.IssueClient("example.org", "payments", s_days, s_now);
        Assert.Throws<PkiException>(() => pki.IssueClient("example.org", "payments", s_days, s_now));
        Assert.Throws<PkiException>(() => PkiDirectory.Create(Place, CertificateAuthority.CreateDevelopment(s_now)));

        CertificateReport second = PkiDirectory.Open(Place).RenewClient("payments", s_days, s_now.AddMinutes(1));
        using X509Certificate2 pair = X509Certificate2.CreateFromPemFile(
            pki.ClientCertificateFile("payments"), pki.ClientKeyFile("payments"));
        Assert.Equal(second.Serial, CertificateReport.Of(pair).Serial);
        IReadOnlyList<ListedCertificate> listed = PkiDirectory.List(Place);
        Assert.Equal([second.Serial, first.Serial], listed.Select(l => l.Certificate.Serial));
        Assert.Equal([true, false], listed.Select(l => l.IsInUse));
    }

    [Fact]
    public void A_list_needs_no_key()
    {
        Make().IssueServer(["localhost"], s_days, s_now);
        File.Delete(Path.Combine(Place, "ca.key"));
        Assert.Single(PkiDirectory.List(Place));
        Assert.Throws<PkiException>(() => PkiDirectory.Open(Place));
    }

    [Fact]
    public void A_key_that_others_can_read_is_not_used()
    {
        Make();
        File.SetUnixFileMode(Path.Combine(Place, "ca.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        PkiException error = Assert.Throws<PkiException>(() => PkiDirectory.Open(Place));
        Assert.Contains("chmod 600", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("A")]
    public void A_name_is_a_file_name_and_nothing_else(string name) =>
        Assert.Throws<PkiException>(() => Make().IssueClient("example.org", name, s_days, s_now));

    [Fact]
    public void A_development_set_is_made_once_extended_and_replaced_when_it_ends()
    {
        PkiDirectory first = DevelopmentPki.Ensure(Place, "dev.local", ["appender"], s_now);
        PkiDirectory again = DevelopmentPki.Ensure(Place, "dev.local", ["appender", "reader"], s_now.AddDays(20));
        Assert.Equal(first.Authority.Serial, again.Authority.Serial);
        Assert.Equal(3, PkiDirectory.List(Place).Count);
        Assert.All(PkiDirectory.List(Place), l => Assert.True(l.Certificate.IsDevelopment));

        PkiDirectory later = DevelopmentPki.Ensure(Place, "dev.local", ["appender"], s_now.AddDays(29));
        Assert.NotEqual(first.Authority.Serial, later.Authority.Serial);
        Assert.Equal(2, Directory.GetDirectories(_root).Length);
    }

    [Fact]
    public void A_real_authority_is_never_used_for_development()
    {
        Make();
        Assert.Throws<PkiException>(() => DevelopmentPki.Ensure(Place, "dev.local", ["appender"], s_now));
    }

    private PkiDirectory Make() =>
        PkiDirectory.Create(Place, CertificateAuthority.Create("Example CA", TimeSpan.FromDays(100), s_now));
}
