// What is shown to who stands before the door: constant pages, with nothing in them that a request said. Pure.
using LedgerStore.WebPage;

namespace LedgerStore.WebConsole.Door;

/// <summary>Pages without the console behind them.</summary>
internal static class DoorPages
{
    /// <summary>The way in. A redirect would be the request of whoever linked here, and have no cookie.</summary>
    public static string Entered { get; } = ShortPage.Of(
        "Opening the console", "The console opens. If it does not: <a href=\"/\">go on</a>.",
        ShortPage.GoOn);

    /// <summary>The token was used before.</summary>
    public static string Used { get; } = ShortPage.Of(
        "This link was used already",
        "It opens the console once, in one browser. If that was you, go on in that window. If you need another one, "
        + "end <code>ledger console</code> with Ctrl+C and start it again. If nobody you know of has used the link, "
        + "end it now: somebody else on this machine may see what you may see.");

    /// <summary>The token is not the one of this run.</summary>
    public static string Wrong { get; } = ShortPage.Of(
        "This link is not of this console",
        "It is cut, or of a run that has ended. Take the whole line that <code>ledger console</code> prints.");

    /// <summary>There is no session.</summary>
    public static string Closed { get; } = ShortPage.Of(
        "The console is closed in this browser",
        "It is opened by the link that <code>ledger console</code> prints, once. If you have used that link elsewhere, "
        + "or the command was started again, end it with Ctrl+C, start it again, and open the new link.");
}
