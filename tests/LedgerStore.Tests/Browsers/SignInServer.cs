// A whole server with the page, for people of one provider. Owned by its test.

using System.Net;
using LedgerStore.Pki;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Server.Config;
using LedgerStore.Tests.Server;

namespace LedgerStore.Tests.Browsers;

internal static class SignInServer
{
    internal const string ClientSecret = "secret-of-the-tests";

    /// <summary>Anna reads and verifies; who is of the group may verify, and read with two factors.</summary>
    internal static string PolicyFor(string issuer) => RunningServer.DefaultPolicy
        .Replace("roles:\n", $$"""
              anna:     { oidc: { issuer: "{{issuer}}", subject: anna } }
              auditors: { oidc: { issuer: "{{issuer}}", group: auditors } }
              clerks:   { oidc: { issuer: "{{issuer}}", group: clerks } }
            roles:

            """, StringComparison.Ordinal)
        + """
          - { role: read,   identities: [anna], ledgers: ["*", "_audit"] }
          - { role: verify, identities: [anna, auditors, clerks], ledgers: ["*", "_audit"] }
          - { role: read,   identities: [auditors], ledgers: ["*"], sign_in: { amr: mfa, max_age: 15m } }

        """;

    internal static Task<RunningServer> StartAsync(string issuer) =>
        StartAsync(issuer, PolicyFor(issuer), static oidc => oidc);

    internal static Task<RunningServer> StartAsync(
        string issuer, string policy, Func<OidcConfig, OidcConfig> change) =>
        StartAsync(issuer, policy, change, Ports.Free());

    internal static Task<RunningServer> StartAsync(
        string issuer, string policy, Func<OidcConfig, OidcConfig> change, int port)
    {
        return RunningServer.StartAsync(policy, settings =>
        {
            string secret = Path.Combine(Path.GetDirectoryName(settings.Config.Policy)!, "client.secret");
            PkiFiles.WritePrivate(secret, ClientSecret);
            OidcConfig oidc = new()
            {
                Authority = new Uri(issuer),
                ClientId = "ledger",
                ClientSecretFile = secret,
                RequiredAcr = null,
                MaxAge = TimeSpan.FromHours(1),
                Groups = "groups",
                Scope = "openid profile",
            };
            return settings with
            {
                Config = settings.Config with
                {
                    Console = new ConsoleConfig(
                        new IPEndPoint(IPAddress.Loopback, port), new Uri($"https://localhost:{port}"), change(oidc)),
                },
            };
        });
    }

    /// <summary>Refused sign-ins and requests that are on record, with their reasons.</summary>
    internal static async Task<List<Denials>> DenialsAsync(RunningServer server) =>
        [.. (await server.ReadAuditAsync()).Select(each => each.Denials).OfType<Denials>()];
}
