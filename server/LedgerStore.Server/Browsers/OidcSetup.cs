// The framework's package for OpenID Connect, set as this door needs it: code flow with PKCE, answers in the query of a
// GET, asymmetric signatures only, nothing kept of the tokens. Used by one thread at start.
using LedgerStore.Pki;
using LedgerStore.Server.Config;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace LedgerStore.Server.Browsers;

/// <summary>Adds the sign-in to the services of the page.</summary>
internal static class OidcSetup
{
    public const string Scheme = "oidc";

    /// <summary>Where the provider sends people back to.</summary>
    public const string CallbackPath = "/signed-in";

    /// <summary>What is remembered in the browser while it is at the provider.</summary>
    public const string StateCookie = "__Host-ledger-state.";

    public const string NonceCookie = "__Host-ledger-nonce.";

    private const int AnswerBytesMax = 1024 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // HS256 would make the client secret a key for everybody's identity.
    private static readonly string[] s_algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public static void Add(IServiceCollection services, OidcConfig config, SignInFlow flow)
    {
        // Seals what is under way; nothing of it has to outlive this process.
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddAuthentication().AddOpenIdConnect(Scheme, options => Set(options, config, flow));
    }

    private static void Set(OpenIdConnectOptions options, OidcConfig config, SignInFlow flow)
    {
        options.Authority = config.Authority.OriginalString.TrimEnd('/');
        options.RequireHttpsMetadata = config.Authority.Scheme == Uri.UriSchemeHttps;
        options.ClientId = config.ClientId;
        options.ClientSecret = config.ClientSecretFile is { } file ? PkiFiles.Read(file).Trim() : null;
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.SaveTokens = false;
        options.GetClaimsFromUserInfoEndpoint = false;
        options.MapInboundClaims = false;
        options.MaxAge = config.MaxAge;
        options.CallbackPath = CallbackPath;
        options.SignInScheme = "session"; // of ours: the package's own sign-in is never reached
        options.Scope.Clear();
        foreach (string word in config.Scope.Split(' '))
        {
            options.Scope.Add(word);
        }

        options.TokenValidationParameters.ValidAlgorithms = s_algorithms;
        options.TokenValidationParameters.ClockSkew = PersonClaims.Skew;
        options.TokenValidationParameters.RequireExpirationTime = true;
        options.TokenHandler = new SignedTokens { MapInboundClaims = false };
        options.Backchannel = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = s_patience,
            MaxResponseContentBufferSize = AnswerBytesMax,
        };
        options.CorrelationCookie = CookieOf(StateCookie);
        options.NonceCookie = CookieOf(NonceCookie);
        options.Events = flow.Events;
    }

    /// <summary>The package takes a token without a signature where it came straight from the provider, as the standard
    /// lets it. Here what says who somebody is, is signed.</summary>
    private sealed class SignedTokens : JsonWebTokenHandler
    {
        public override Task<TokenValidationResult> ValidateTokenAsync(
            string token, TokenValidationParameters validationParameters)
        {
            validationParameters.RequireSignedTokens = true;
            return base.ValidateTokenAsync(token, validationParameters);
        }

        public override Task<TokenValidationResult> ValidateTokenAsync(
            SecurityToken token, TokenValidationParameters validationParameters)
        {
            validationParameters.RequireSignedTokens = true;
            return base.ValidateTokenAsync(token, validationParameters);
        }
    }

    // Lax, and not strict: the provider's redirect is the request of another site. It opens a page by GET, which is
    // what Lax lets through, and it proves nothing but that this browser began.
    private static CookieBuilder CookieOf(string name) => new()
    {
        Name = name,
        Path = "/",
        HttpOnly = true,
        IsEssential = true,
        SameSite = SameSiteMode.Lax,
        SecurePolicy = CookieSecurePolicy.Always,
        Expiration = TimeSpan.FromMinutes(15),
    };
}
