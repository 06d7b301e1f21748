// A page of one title and one paragraph, for what is shown outside of the page itself. Pure.

namespace LedgerStore.WebPage;

/// <summary>What is shown on the way in, and to who does not get in.</summary>
internal static class ShortPage
{
    /// <summary>Goes on to the page by itself.</summary>
    public const string GoOn = "<meta http-equiv=\"refresh\" content=\"0;url=/\">";

    /// <param name="title">Text; nothing in it is of others.</param>
    /// <param name="text">HTML: what others said is escaped in it.</param>
    /// <param name="head">HTML for the head; empty: none.</param>
    public static string Of(string title, string text, string head = "") => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <meta name="color-scheme" content="light dark">{head}<title>{title}</title></head>
        <body><main><h1>{title}</h1><p>{text}</p></main></body>
        </html>

        """;
}
