// The middleware of the page's listener, before everything: headers, where a request comes from, the way in and out,
// the page's files, and for its calls the session in the place of a certificate. What a caller may do is decided behind
// it, by the guard that all calls pass. Stateless but for the sessions; any thread.
using System.Net;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;
using LedgerStore.WebPage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace LedgerStore.Server.Browsers;

/// <summary>Lets browsers in.</summary>
internal sealed partial class BrowserDoor(
    ConsoleConfig config,
    PageFacts facts,
    SessionBook sessions,
    SignInFlow flow,
    AccessRecorder recorder,
    ILogger<BrowserDoor> logger)
{
    // A browser that begins again and again without an end has one pair of cookies for each.
    private const int AttemptsMax = 4;

    private readonly BrowserCheck _check = new(config.Address);

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        SafeHeaders.Set(context.Response);
        if (!config.Address.IsLoopback)
        {
            context.Response.Headers.StrictTransportSecurity = "max-age=31536000";
        }

        BrowserSession? session = sessions.Find(context.Request.Cookies[SignInFlow.Cookie]);
        bool isPost = HttpMethods.IsPost(context.Request.Method);
        BrowserFacts asked = new()
        {
            Host = Only(context.Request.Headers.Host),
            Origin = Only(context.Request.Headers.Origin),
            FetchSite = Only(context.Request.Headers["Sec-Fetch-Site"]),
            FetchMode = Only(context.Request.Headers["Sec-Fetch-Mode"]),
            IsPost = isPost,
            Header = Only(context.Request.Headers[BrowserCheck.HeaderName]),
            Csrf = session?.Csrf,
        };
        if (_check.WhyNot(asked) is { } refusal)
        {
            CallFacts call = SignInFlow.FactsOf(
                context, string.Empty, "console/request", session?.SignIn.Person ?? string.Empty);
            await recorder.DeniedAsync(call, refusal).ConfigureAwait(false);
            await TextAsync(context, StatusCodes.Status403Forbidden, refusal).ConfigureAwait(false);
        }
        else if (isPost)
        {
            await PostAsync(context, session, next).ConfigureAwait(false);
        }
        else if (HttpMethods.IsGet(context.Request.Method))
        {
            await GetAsync(context, session).ConfigureAwait(false);
        }
        else
        {
            await TextAsync(context, StatusCodes.Status405MethodNotAllowed, "only GET and POST").ConfigureAwait(false);
        }
    }

    private Task PostAsync(HttpContext context, BrowserSession? session, RequestDelegate next)
    {
        if (context.Request.Path == "/sign-out")
        {
            return SignOutAsync(context, session);
        }

        // From here on who calls is the session's person, and nobody without one: the guard decides and records.
        IPEndPoint? remote = context.Connection.RemoteIpAddress is { } address
            ? new IPEndPoint(address, context.Connection.RemotePort)
            : null;
        context.Features.Set(new ConnectionCaller(remote) { IsBrowser = true, SignIn = session?.SignIn });
        return next(context);
    }

    private Task GetAsync(HttpContext context, BrowserSession? session)
    {
        switch (context.Request.Path.Value)
        {
            case "/sign-in":
                return ChallengeAsync(context, session);
            case OidcSetup.CallbackPath:
                return ReturnAsync(context);
            case "/console.json":
                context.Response.StatusCode = session is null
                    ? StatusCodes.Status401Unauthorized
                    : StatusCodes.Status200OK;
                return SendAsync(context, "application/json", facts.ToJson(session));
            case { } path when PageAssets.Embedded.Find(path) is { } asset:
                return SendAsync(context, asset.ContentType, asset.Bytes);
            default:
                return TextAsync(context, StatusCodes.Status404NotFound, "there is nothing here");
        }
    }

    private async Task ChallengeAsync(HttpContext context, BrowserSession? session)
    {
        string[] attempts = [.. context.Request.Cookies.Keys.Where(IsOfAttempt)];
        if (attempts.Length > 2 * AttemptsMax)
        {
            foreach (string name in attempts)
            {
                context.Response.Cookies.Delete(name, new CookieOptions { Secure = true, Path = "/" });
            }
        }

        // Whatever class somebody asks for by a link: what they get is compared with what is demanded.
        string? acr = Only(context.Request.Query["acr"]);
        bool isPlain = acr is { Length: > 0 } && ConsoleNames.Plain().IsMatch(acr);
        AuthenticationProperties properties = SignInFlow.Begin(
            session, context.Request.Query.ContainsKey("again"), isPlain ? acr : null);
        try
        {
            await context.ChallengeAsync(OidcSetup.Scheme, properties).ConfigureAwait(false);
        }
        catch (Exception unreachable) when (
            unreachable is InvalidOperationException or HttpRequestException or IOException or TaskCanceledException)
        {
            NoProvider(config.Oidc.Authority.OriginalString, unreachable);
            await PageAsync(context, StatusCodes.Status503ServiceUnavailable, BrowserPages.NoProvider)
                .ConfigureAwait(false);
        }
    }

    private static async Task ReturnAsync(HttpContext context)
    {
        IAuthenticationHandlerProvider handlers =
            context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        if (await handlers.GetHandlerAsync(context, OidcSetup.Scheme).ConfigureAwait(false)
                is not IAuthenticationRequestHandler handler
            || !await handler.HandleRequestAsync().ConfigureAwait(false))
        {
            await PageAsync(
                context, StatusCodes.Status403Forbidden, BrowserPages.Refused("this is no answer of a provider"))
                .ConfigureAwait(false);
        }
    }

    private async Task SignOutAsync(HttpContext context, BrowserSession? session)
    {
        if (session is not null)
        {
            await flow.SignOutAsync(context, session).ConfigureAwait(false);
        }

        await SendAsync(context, "application/json", "{}"u8.ToArray()).ConfigureAwait(false);
    }

    private static bool IsOfAttempt(string cookie) =>
        cookie.StartsWith(OidcSetup.StateCookie, StringComparison.Ordinal)
        || cookie.StartsWith(OidcSetup.NonceCookie, StringComparison.Ordinal);

    internal static Task PageAsync(HttpContext context, int status, string html)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(html);
    }

    private static Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n");
    }

    private static Task SendAsync(HttpContext context, string type, byte[] bytes)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes).AsTask();
    }

    // Of a header that is there twice nobody knows which one counts: it is none of ours.
    private static string? Only(StringValues values) => values.Count switch
    {
        0 => null,
        1 => values[0],
        _ => string.Empty,
    };

    [LoggerMessage(LogLevel.Warning, "the OpenID Connect provider {Authority} cannot be asked")]
    private partial void NoProvider(string authority, Exception cause);
}
