// From the claims of an ID token, whose signature, issuer, audience, time and nonce were checked, to a sign-in: what
// this server demands besides. Pure; any thread.
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Claims;
using LedgerStore.Policy;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;

namespace LedgerStore.Server.Browsers;

/// <summary>A sign-in, or why it is none.</summary>
internal sealed record ClaimsVerdict(SignIn? SignIn, string Problem)
{
    /// <summary>The person as far as the token names one, for the record.</summary>
    public string Person { get; init; } = string.Empty;
}

/// <summary>Reads claims.</summary>
internal static class PersonClaims
{
    private const int LabelLength = 80;
    private const int GroupsMax = 1_000;

    /// <summary>Clocks of two machines differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    public static ClaimsVerdict Read(ClaimsPrincipal claims, OidcConfig config, DateTimeOffset now)
    {
        string issuer = One(claims, "iss");
        string subject = One(claims, "sub");
        string label = AuditText.Of(LabelOf(claims), LabelLength);
        if (subject.Length is 0 or > PolicyLimits.SubjectLength || !subject.All(letter => letter is >= ' ' and <= '~'))
        {
            return new ClaimsVerdict(null, "the provider's token has no subject that can be used");
        }

        ClaimsVerdict refused = new(null, string.Empty)
        {
            Person = label.Length == 0 ? subject : $"{subject} ({label})",
        };

        // The provider's description of itself has said so too; this is what the operator configured.
        if (issuer.TrimEnd('/') != config.Authority.OriginalString.TrimEnd('/'))
        {
            return refused with { Problem = $"the token is of {issuer}, and this server trusts another issuer" };
        }

        string acr = One(claims, "acr");
        if (config.RequiredAcr is { } required && acr != required)
        {
            string had = acr.Length == 0 ? "names none" : $"says {acr}";
            return refused with
            {
                Problem = $"this store needs a sign-in of class {required}, and the provider's token {had}: use a"
                    + " second factor, or another account",
            };
        }

        if (!long.TryParse(One(claims, "auth_time"), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return refused with { Problem = "the provider's token does not say when you signed in (auth_time)" };
        }

        DateTimeOffset signedIn = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (now - signedIn > config.MaxAge || signedIn - now > Skew)
        {
            return refused with
            {
                Problem = signedIn > now
                    ? "the provider says that you signed in later than now: its clock or this server's is wrong"
                    : "your sign-in at the provider is older than this store takes",
            };
        }

        ImmutableArray<string> amr = [.. claims.FindAll("amr").Select(claim => claim.Value).Take(GroupsMax)];
        ImmutableArray<string> groups = config.Groups is { } name
            ? [.. claims.FindAll(name).Select(claim => claim.Value).Take(GroupsMax)]
            : [];
        SignInFacts facts = new(acr, amr, signedIn);
        return new ClaimsVerdict(
            new SignIn(issuer, subject, label, groups, facts, signedIn + config.MaxAge), string.Empty)
        {
            Person = refused.Person,
        };
    }

    private static string LabelOf(ClaimsPrincipal claims) =>
        One(claims, "preferred_username") is { Length: > 0 } name ? name
        : One(claims, "email") is { Length: > 0 } mail ? mail
        : One(claims, "name");

    // A claim that is there twice says nothing.
    private static string One(ClaimsPrincipal claims, string type) =>
        claims.FindAll(type).Take(2).ToArray() is [var only] ? only.Value : string.Empty;
}
