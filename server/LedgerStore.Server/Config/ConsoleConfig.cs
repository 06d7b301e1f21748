// The page that the server serves to browsers, and where its readers sign in. Immutable.
using System.Net;

namespace LedgerStore.Server.Config;

/// <param name="Listen">A listener of its own, by TLS; no certificate is asked for there.</param>
/// <param name="Address">Where browsers find it: the one origin that is answered, and where the provider sends people
/// back to.</param>
internal sealed record ConsoleConfig(IPEndPoint Listen, Uri Address, OidcConfig Oidc)
{
    /// <summary>Reads the settings of the page, which belong together.</summary>
    /// <returns>Null: there is no page.</returns>
    public static ConsoleConfig? Read(ConfigConverter convert)
    {
        IPEndPoint? listen = convert.Address(Settings.ConsoleListen);
        TimeSpan maxAge = convert.Duration(
            Settings.OidcMaxAge, TimeSpan.FromMinutes(1), TimeSpan.FromHours(24));
        if (listen is null)
        {
            convert.NotWithout(Settings.ConsoleListen, Settings.OfConsole);
            return null;
        }

        convert.Needs(
            Settings.ConsoleListen, [Settings.ConsoleAddress, Settings.OidcAuthority, Settings.OidcClientId]);
        Uri? address = convert.Origin(Settings.ConsoleAddress);
        Uri? authority = convert.Authority(Settings.OidcAuthority);
        OidcConfig oidc = new()
        {
            Authority = authority!,
            ClientId = convert.OptionalText(Settings.OidcClientId, ConsoleNames.Plain(), "as at the provider") ?? "",
            ClientSecretFile = convert.OptionalPath(Settings.OidcClientSecretFile),
            RequiredAcr = convert.OptionalText(
                Settings.OidcRequiredAcr, ConsoleNames.Plain(), "one word, as the provider's tokens have it"),
            MaxAge = maxAge,
            Groups = convert.OptionalText(
                Settings.OidcGroups, ConsoleNames.Claim(), "the name of a claim, for example groups"),
            Scope = convert.OptionalText(
                Settings.OidcScope, ConsoleNames.Scope(), "words with a space between, for example openid profile")!,
        };
        return new ConsoleConfig(listen, address!, oidc);
    }
}

/// <summary>The provider, and what is asked of it.</summary>
internal sealed record OidcConfig
{
    /// <summary>The issuer, as its tokens have it but for a slash at the end.</summary>
    public required Uri Authority { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Null: the server is a public client, and PKCE alone protects the code.</summary>
    public required string? ClientSecretFile { get; init; }

    /// <summary>Nobody gets in whose sign-in is of another class; null: the policy alone demands.</summary>
    public required string? RequiredAcr { get; init; }

    /// <summary>A sign-in that is older is none, and its session ends.</summary>
    public required TimeSpan MaxAge { get; init; }

    /// <summary>The claim that has the groups; null: nobody is known by a group.</summary>
    public required string? Groups { get; init; }

    /// <summary>Words with spaces between.</summary>
    public required string Scope { get; init; }
}
