// What would run and be unsafe is refused, with the reason and the right exit code.
using System.Runtime.Versioning;
using LedgerStore.Pki;
using LedgerStore.Server.Config;
using LedgerStore.Server.Trust;
using Xunit;

namespace LedgerStore.Tests.Configuration;

[SupportedOSPlatform("linux")]
public sealed class ConfigSafetyTests : IDisposable
{
    private readonly ConfigDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_the_pki_code_makes_is_safe()
    {
        ServerConfig config = _directory.Load();
        ConfigSafety.Check(config, ServeMode.Serve);
        ServerTrust.Load(config, ServeMode.Serve, TimeProvider.System);
    }

    [Theory]
    [InlineData("signing.pem", UnixFileMode.OtherRead, 7, "anybody can sign a false history")]
    [InlineData("signing.pem", UnixFileMode.GroupRead, 7, "anybody can sign a false history")]
    [InlineData("pki/server.key", UnixFileMode.OtherRead, 2, "anybody can pose as this server")]
    [InlineData("pki/server.key", UnixFileMode.GroupWrite, 2, "anybody can pose as this server")]
    [InlineData("policy.yaml", UnixFileMode.OtherWrite, 2, "they could decide who is trusted")]
    [InlineData("pki/ca.pem", UnixFileMode.GroupWrite, 2, "they could decide who is trusted")]
    [InlineData("server.yaml", UnixFileMode.OtherWrite, 2, "they could decide who is trusted")]
    public void A_file_that_is_open_to_others_is_refused(string file, UnixFileMode bit, int exitCode, string reason)
    {
        string path = _directory.In(file);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | bit);
        ConfigException error = Refused(_directory.Load());
        Assert.Equal(exitCode, error.ExitCode);
        ConfigProblem problem = Assert.Single(error.Problems);
        Assert.Equal(path, problem.Place);
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        Assert.Contains("chmod", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_behind_a_link_is_what_counts()
    {
        File.Move(_directory.In("signing.pem"), _directory.In("real.pem"));
        File.CreateSymbolicLink(_directory.In("signing.pem"), "real.pem");
        ConfigSafety.Check(_directory.Load(), ServeMode.Serve);
        File.SetUnixFileMode(_directory.In("real.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(7, Refused(_directory.Load()).ExitCode);
    }

    [Fact]
    public void A_missing_signing_key_is_exit_code_7_and_a_missing_tls_key_2()
    {
        File.Delete(_directory.In("pki/server.key"));
        Assert.Equal(2, Refused(_directory.Load()).ExitCode);
        File.Delete(_directory.In("signing.pem"));
        Assert.Equal(7, Refused(_directory.Load()).ExitCode);
    }

    [Theory]
    [InlineData("LEDGERSTORE_SIGNING_KEY", "signing.pem")]
    [InlineData("LEDGERSTORE_POLICY", "policy.yaml")]
    [InlineData("LEDGERSTORE_TLS_KEY", "pki/server.key")]
    [InlineData("LEDGERSTORE_ANCHOR", "anchor")]
    public void Nothing_of_it_may_be_under_the_data_directory(string variable, string file)
    {
        foreach (string place in new[] { "data/x", "data/../data/a/x", "link/x" })
        {
            Directory.CreateDirectory(_directory.In("data/a"));
            File.Delete(_directory.In("link"));
            File.CreateSymbolicLink(_directory.In("link"), "data");
            string path = _directory.In(place);
            if (file != "anchor")
            {
                File.Copy(_directory.In(file), path, overwrite: true);
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            ConfigException error = Refused(_directory.Load(new() { [variable] = path }));
            Assert.Contains("is inside the data directory", Assert.Single(error.Problems).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_neighbour_whose_name_begins_like_the_data_directory_is_elsewhere()
    {
        Directory.CreateDirectory(_directory.In("database"));
        ConfigSafety.Check(
            _directory.Load(new() { ["LEDGERSTORE_ANCHOR"] = _directory.In("database/anchor") }), ServeMode.Serve);
    }

    [Fact]
    public void Metrics_without_tls_stay_on_this_machine()
    {
        ConfigException error = Refused(_directory.Load(new() { ["LEDGERSTORE_METRICS_LISTEN"] = "0.0.0.0:9464" }));
        Assert.Contains("without TLS", Assert.Single(error.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_development_server_stays_on_this_machine()
    {
        ServerConfig config = _directory.Load(new() { ["LEDGERSTORE_LISTEN"] = "0.0.0.0:7443" });
        ConfigSafety.Check(config, ServeMode.Serve);
        Assert.Throws<ConfigException>(() => ConfigSafety.Check(config, ServeMode.Development));
    }

    [Fact]
    public void Certificates_of_a_development_authority_are_refused_in_earnest()
    {
        using ConfigDirectory development = new(CertificateAuthority.CreateDevelopment(DateTimeOffset.UtcNow));
        ServerTrust.Load(development.Load(), ServeMode.Development, TimeProvider.System);
        ConfigException error = Assert.Throws<ConfigException>(
            () => ServerTrust.Load(development.Load(), ServeMode.Serve, TimeProvider.System));
        Assert.Equal(2, error.ExitCode);
        Assert.Equal(2, error.Problems.Length);
        Assert.All(error.Problems, p => Assert.Contains("development", p.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_that_gives_everything_to_everybody_is_refused()
    {
        File.WriteAllText(_directory.In("policy.yaml"), """
            version: 1
            trust_domain: example.org
            identities: { a: { uri: spiffe://example.org/a } }
            roles: { all: [append, read, verify, administer] }
            bindings: [{ role: all, identities: [a], ledgers: ["*"] }]
            """);
        ConfigException error = Assert.Throws<ConfigException>(
            () => ServerTrust.Load(_directory.Load(), ServeMode.Serve, TimeProvider.System));
        Assert.Contains("gives everything to everybody", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.ExitCode);
    }

    [Theory]
    [InlineData("pki/server.pem", "pki/ca.pem", "cannot be used")]
    [InlineData("pki/ca.pem", "pki/server.pem", "is no authority")]
    [InlineData("pki/ca.pem", "signing.pem", "0 certificates")]
    public void Files_that_are_something_else_are_refused(string file, string instead, string reason)
    {
        File.Copy(_directory.In(instead), _directory.In(file), overwrite: true);
        ConfigException error = Assert.Throws<ConfigException>(
            () => ServerTrust.Load(_directory.Load(), ServeMode.Serve, TimeProvider.System));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static ConfigException Refused(ServerConfig config) =>
        Assert.Throws<ConfigException>(() => ConfigSafety.Check(config, ServeMode.Serve));
}
