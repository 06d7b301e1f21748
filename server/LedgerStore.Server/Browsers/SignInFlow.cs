// The way in: to the provider and back (Authorization Code with PKCE, by the framework's package), then the policy, the
// record in _audit, and only then a session. Whoever does not get in is told why, and that is recorded too. Any thread.
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace LedgerStore.Server.Browsers;

/// <summary>Signs people in and out.</summary>
internal sealed class SignInFlow(
    OidcConfig config, SessionBook sessions, IdentityService identities, AccessRecorder recorder, TimeProvider time)
{
    public const string SignInCall = "console/sign-in";
    public const string SignOutCall = "console/sign-out";

    /// <summary>The name says that it is of this host alone, over TLS, whatever other hosts of the domain do.</summary>
    public const string Cookie = "__Host-ledger";

    private const string FormerItem = "ledger.former";
    private const string AcrItem = "ledger.acr";
    private static readonly object s_person = new();
    private static readonly object s_signIn = new();

    /// <summary>What the package asks on its way.</summary>
    public OpenIdConnectEvents Events => new()
    {
        OnRedirectToIdentityProvider = AskAsync,
        OnTokenValidated = CheckAsync,
        OnTicketReceived = EnterAsync,
        OnRemoteFailure = FailAsync,
    };

    /// <summary>What is kept, sealed, while somebody is at the provider.</summary>
    /// <param name="again">They must give their factors again, whatever the provider remembers.</param>
    /// <param name="acr">The class that a right needs; null: the one that all need.</param>
    public static AuthenticationProperties Begin(BrowserSession? former, bool again, string? acr)
    {
        AuthenticationProperties properties = new() { RedirectUri = "/" };
        if (former is not null)
        {
            properties.Items[FormerItem] = former.Key;
        }

        if (acr is not null)
        {
            properties.Items[AcrItem] = acr;
        }

        if (again)
        {
            properties.SetParameter(OpenIdConnectParameterNames.Prompt, "login");
        }

        return properties;
    }

    /// <summary>Ends a session, and records that.</summary>
    public async Task SignOutAsync(HttpContext context, BrowserSession session)
    {
        sessions.End(session);
        context.Response.Cookies.Delete(Cookie, CookieOptions());
        string name = identities.Policy
            .IdentifyPerson(session.SignIn.Issuer, session.SignIn.Subject, session.SignIn.Groups).Name ?? string.Empty;
        CallFacts facts = FactsOf(context, name, SignOutCall, session.SignIn.Person);
        await recorder.SummedAsync(facts).ConfigureAwait(false);
    }

    /// <summary>What is known of a browser's request when it is recorded.</summary>
    public static CallFacts FactsOf(HttpContext context, string identity, string call, string person) => new(
        identity,
        call,
        string.Empty,
        AuditText.Peer(context.Connection.RemoteIpAddress, context.Connection.RemotePort),
        context.TraceIdentifier)
    {
        Person = person,
    };

    /// <summary>Strict: no request that another site begins brings it.</summary>
    private static CookieOptions CookieOptions() => new()
    {
        HttpOnly = true,
        Secure = true,
        SameSite = SameSiteMode.Strict,
        Path = "/",
    };

    private Task AskAsync(RedirectContext context)
    {
        context.ProtocolMessage.AcrValues = context.Properties.Items.TryGetValue(AcrItem, out string? acr)
            ? acr
            : config.RequiredAcr;
        return Task.CompletedTask;
    }

    private Task CheckAsync(TokenValidatedContext context)
    {
        ClaimsVerdict verdict = PersonClaims.Read(context.Principal!, config, time.GetUtcNow());
        context.HttpContext.Items[s_person] = verdict.Person;
        context.HttpContext.Items[s_signIn] = verdict.SignIn;
        if (verdict.SignIn is null)
        {
            context.Fail(new SignInRefusedException(verdict.Problem));
        }

        return Task.CompletedTask;
    }

    private async Task EnterAsync(TicketReceivedContext context)
    {
        context.HandleResponse();
        HttpContext http = context.HttpContext;
        SignIn signIn = (SignIn)http.Items[s_signIn]!;
        IdentityDecision known = identities.Check(new ConnectionCaller(null) { IsBrowser = true, SignIn = signIn });
        if (known.Caller is not { } caller)
        {
            await RefuseAsync(http, signIn.Person, known.ToString(),
                "the provider knows you, and this store's policy does not: it names neither you nor exactly one group"
                + $" of yours. You are {signIn.Person}").ConfigureAwait(false);
            return;
        }

        // No session of which there is no record.
        await recorder.SummedAsync(FactsOf(http, caller.Name, SignInCall, signIn.Person)).ConfigureAwait(false);
        string? former = context.Properties!.Items.TryGetValue(FormerItem, out string? key) ? key : null;
        http.Response.Cookies.Append(Cookie, sessions.Open(signIn, former), CookieOptions());
        await BrowserDoor.PageAsync(http, StatusCodes.Status200OK, BrowserPages.Entered).ConfigureAwait(false);
    }

    private async Task FailAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        string why = SignInFailures.TextOf(context.Failure);
        string person = context.HttpContext.Items[s_person] as string ?? string.Empty;
        await RefuseAsync(context.HttpContext, person, why, why).ConfigureAwait(false);
    }

    private async Task RefuseAsync(HttpContext context, string person, string reason, string told)
    {
        await recorder.DeniedAsync(FactsOf(context, string.Empty, SignInCall, person), reason).ConfigureAwait(false);
        await BrowserDoor.PageAsync(context, StatusCodes.Status403Forbidden, BrowserPages.Refused(told))
            .ConfigureAwait(false);
    }
}
