// The settings of the page: off unless it is asked for, and refused with a sentence where it would be unsafe.
using System.Runtime.Versioning;
using LedgerStore.Pki;
using LedgerStore.Server.Config;
using Xunit;

namespace LedgerStore.Tests.Configuration;

[SupportedOSPlatform("linux")]
public sealed class ConsoleConfigTests
{
    private const string Page = """
        console:
          listen: 127.0.0.1:8443
          address: https://ledger.example.org:8443
          oidc: { authority: https://login.example.org/realm, client_id: ledger, required_acr: mfa, max_age: 1h,
            groups: groups }
        """;

    [Fact]
    public void There_is_no_page_unless_it_is_asked_for()
    {
        using ConfigDirectory directory = new();
        Assert.Null(directory.Load().Console);
    }

    [Fact]
    public void All_that_is_said_of_the_page_is_read()
    {
        ConsoleConfig console = Load(Page).Console!;
        Assert.Equal("127.0.0.1:8443", console.Listen.ToString());
        Assert.Equal(new Uri("https://ledger.example.org:8443"), console.Address);
        Assert.Equal("https://login.example.org/realm", console.Oidc.Authority.OriginalString);
        Assert.Equal(
            ("ledger", null, "mfa", TimeSpan.FromHours(1), "groups", "openid profile"),
            (console.Oidc.ClientId, console.Oidc.ClientSecretFile, console.Oidc.RequiredAcr, console.Oidc.MaxAge,
                console.Oidc.Groups, console.Oidc.Scope));
    }

    [Theory]
    [InlineData("authority: https://login.example.org/realm", "authority: http://login.example.org", "is not https")]
    [InlineData("authority: https://login.example.org/realm, ", "", "needs console.oidc.authority")]
    [InlineData("client_id: ledger, ", "", "needs console.oidc.client_id")]
    [InlineData("  address: https://ledger.example.org:8443\n", "", "needs console.address")]
    [InlineData("address: https://", "address: http://", "is no https address of one host")]
    [InlineData("https://ledger.example.org:8443", "https://*:8443", "is no")]
    [InlineData("https://ledger.example.org:8443", "https://ledger.example.org:8443/page", "is no https address")]
    [InlineData("  listen: 127.0.0.1:8443\n", "", "says nothing without console.listen")]
    [InlineData("listen: 127.0.0.1:8443", "listen: \"*:8443\"", "is no IP address with a port")]
    [InlineData("listen: 127.0.0.1:8443", "listen: http://127.0.0.1:8443", "without TLS")]
    [InlineData("max_age: 1h", "max_age: 48h", "is out of range")]
    [InlineData("groups: groups", "groups: \"a b\"", "is no groups")]
    [InlineData("groups: groups", "scope: profile", "is no scope")]
    [InlineData("groups: groups", "group: groups", "has no field")]
    public void What_would_be_unsafe_or_incomplete_is_refused(string was, string now, string why)
    {
        ConfigException refused = Assert.Throws<ConfigException>(
            () => Load(Page.Replace(was, now, StringComparison.Ordinal)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_on_this_machine_may_be_without_tls() => Assert.NotNull(
        Load(Page.Replace("https://login.example.org/realm", "http://127.0.0.1:9", StringComparison.Ordinal)).Console);

    [Fact]
    public void The_client_secret_is_its_owners_alone()
    {
        using ConfigDirectory directory = new();
        string secret = directory.In("client.secret");
        PkiFiles.WritePrivate(secret, "a secret");
        File.AppendAllText(directory.In("server.yaml"), "\n" + Page.Replace(
            "client_id: ledger", "client_id: ledger, client_secret_file: client.secret", StringComparison.Ordinal));
        ServerConfig config = directory.Load();
        ConfigSafety.Check(config, ServeMode.Serve);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains(
            "the client secret is not its owner's alone",
            Assert.Throws<ConfigException>(() => ConfigSafety.Check(config, ServeMode.Serve)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_a_port_of_its_own() => Assert.Contains(
        "give it a port of its own",
        Assert.Throws<ConfigException>(() => ConfigSafety.Check(
            Load(Page.Replace("127.0.0.1:8443", "127.0.0.1:0", StringComparison.Ordinal)), ServeMode.Serve)).Message,
        StringComparison.Ordinal);

    private static ServerConfig Load(string page)
    {
        using ConfigDirectory directory = new();
        File.AppendAllText(directory.In("server.yaml"), "\n" + page);
        return directory.Load();
    }
}
