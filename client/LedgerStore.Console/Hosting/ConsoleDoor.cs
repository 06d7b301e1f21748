// The middleware before everything: headers, the door's check, and the exchange of the token for a session. Stateless
// but for the keys; any thread.

using LedgerStore.WebConsole.Door;
using LedgerStore.WebPage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace LedgerStore.WebConsole.Hosting;

/// <summary>Lets requests in, or answers them.</summary>
internal sealed class ConsoleDoor(DoorKeys keys, Action onTokenReused)
{
    /// <summary>Where the token is given.</summary>
    public const string Path = "/open";

    public const string TokenName = "token";

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        SafeHeaders.Set(context.Response);

        // Cookies know no ports: with the port in its name, two consoles have one each.
        int port = context.Connection.LocalPort;
        string cookie = $"ledger-console-{port}";
        DoorCheck check = new(port);
        DoorFacts facts = new()
        {
            Host = Only(context.Request.Headers.Host),
            Origin = Only(context.Request.Headers.Origin),
            FetchSite = Only(context.Request.Headers["Sec-Fetch-Site"]),
            HasSession = keys.IsSession(context.Request.Cookies[cookie]),
            IsPost = !HttpMethods.IsGet(context.Request.Method),
            Header = Only(context.Request.Headers[DoorCheck.HeaderName]),
        };
        bool isOpening = context.Request.Path == Path && HttpMethods.IsGet(context.Request.Method);
        DoorRefusal refusal = isOpening ? check.CheckPlace(facts) : check.Check(facts);
        if (refusal != DoorRefusal.None)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
        }
        else if (isOpening)
        {
            await OpenAsync(context, cookie, facts.HasSession).ConfigureAwait(false);
        }
        else
        {
            await next(context).ConfigureAwait(false);
        }
    }

    private Task OpenAsync(HttpContext context, string cookie, bool hasSession)
    {
        string? token = Only(context.Request.Query[TokenName]);
        if (keys.Exchange(token) is { } session)
        {
            context.Response.Cookies.Append(cookie, session, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Path = "/",
            });
            return PageAsync(context, StatusCodes.Status200OK, DoorPages.Entered);
        }

        if (!keys.IsToken(token))
        {
            return PageAsync(context, StatusCodes.Status403Forbidden, DoorPages.Wrong);
        }

        // Who is in already, and comes back to the link, is who used it.
        if (hasSession)
        {
            return PageAsync(context, StatusCodes.Status200OK, DoorPages.Entered);
        }

        onTokenReused();
        return PageAsync(context, StatusCodes.Status403Forbidden, DoorPages.Used);
    }

    private static Task RefuseAsync(HttpContext context, DoorRefusal refusal) => refusal switch
    {
        DoorRefusal.WrongHost => TextAsync(
            context, StatusCodes.Status421MisdirectedRequest,
            "this console answers to 127.0.0.1 and localhost only: open the link that `ledger console` printed"),
        DoorRefusal.WrongOrigin => TextAsync(
            context, StatusCodes.Status403Forbidden, "another page asked for this; only the console's own page may"),
        DoorRefusal.NoHeader => TextAsync(
            context, StatusCodes.Status403Forbidden,
            $"the header {DoorCheck.HeaderName} is missing, which the console's own page sends"),
        _ => PageAsync(context, StatusCodes.Status403Forbidden, DoorPages.Closed),
    };

    private static Task PageAsync(HttpContext context, int status, string html)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(html);
    }

    internal static Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n");
    }

    // Of a header that is there twice nobody knows which one counts: it is none of ours.
    private static string? Only(StringValues values) => values.Count switch
    {
        0 => null,
        1 => values[0],
        _ => string.Empty,
    };
}
