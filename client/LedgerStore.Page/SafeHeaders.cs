// The headers of every answer: nothing of another origin is loaded, nobody frames or reads the page, nothing is kept.
// Constants; any thread.

using Microsoft.AspNetCore.Http;

namespace LedgerStore.WebPage;

/// <summary>Headers that a browser obeys.</summary>
internal static class SafeHeaders
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly (string Name, string Value)[] s_all =
    [
        ("Content-Security-Policy", ContentSecurityPolicy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("Cache-Control", "no-store"),
    ];

    public static void Set(HttpResponse response)
    {
        foreach ((string name, string value) in s_all)
        {
            response.Headers[name] = value;
        }
    }
}
