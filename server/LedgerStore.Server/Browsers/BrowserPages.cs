// What is shown outside the page itself: on the way in, and when somebody does not get in. Whatever others said is
// escaped. Pure.
using System.Text.Encodings.Web;
using LedgerStore.WebPage;

namespace LedgerStore.Server.Browsers;

/// <summary>Pages of one paragraph.</summary>
internal static class BrowserPages
{
    /// <summary>After the provider: its redirect was the request of another site, and a strict cookie is not sent with
    /// what follows from that. What this page asks for is its own request.</summary>
    public static string Entered { get; } = ShortPage.Of(
        "You are signed in",
        "The page opens. If it does not: <a href=\"/\">go on</a>.",
        ShortPage.GoOn);

    /// <summary>Somebody did not get in.</summary>
    /// <param name="why">A sentence; it may have the words of others.</param>
    public static string Refused(string why) => ShortPage.Of(
        "You are not signed in",
        $"{HtmlEncoder.Default.Encode(why)}.</p><p><a href=\"/sign-in?again\">Sign in again</a>, or ask whoever runs "
        + "this store; it is on record there.");

    /// <summary>The provider does not answer.</summary>
    public static string NoProvider { get; } = ShortPage.Of(
        "The sign-in does not answer",
        "This store's server cannot reach the provider with which you sign in. <a href=\"/sign-in\">Try again</a> in a "
        + "minute; whoever runs the store finds the cause in its log. <code>ledger console</code> needs no provider.");
}
