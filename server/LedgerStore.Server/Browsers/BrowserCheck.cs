// May a request of a browser be here at all: the decision from its facts alone. Pure; any thread.
//
//   Host            the page's own, in full: a name of somebody else that was made to point here is one we do not have
//   Origin          if there is one, it is the page's
//   Sec-Fetch-Site  what is more than a page that is opened comes from the page itself
//   header          for what is asked by POST: the session's secret, which no form can set and no other page knows

namespace LedgerStore.Server.Browsers;

/// <summary>What a request says about where it comes from.</summary>
internal readonly record struct BrowserFacts
{
    public required string? Host { get; init; }

    public string? Origin { get; init; }

    public string? FetchSite { get; init; }

    public string? FetchMode { get; init; }

    public bool IsPost { get; init; }

    /// <summary>Null: it has none.</summary>
    public string? Header { get; init; }

    /// <summary>Of the session; null: there is none, and nothing to protect.</summary>
    public string? Csrf { get; init; }
}

/// <summary>The door's rules.</summary>
internal sealed class BrowserCheck(Uri address)
{
    public const string HeaderName = "x-ledger-console";

    private readonly string _origin = address.GetLeftPart(UriPartial.Authority);

    /// <summary>What is wrong with it, as a sentence; null: nothing.</summary>
    public string? WhyNot(in BrowserFacts facts)
    {
        if (!string.Equals(facts.Host, address.Authority, StringComparison.OrdinalIgnoreCase))
        {
            return $"this page answers to {_origin} only";
        }

        bool isOpened = !facts.IsPost && facts.FetchMode is null or "navigate";
        bool isOwn = facts.FetchSite is null or "same-origin" or "none";
        if ((facts.Origin is { } origin && origin != _origin) || (!isOwn && !isOpened))
        {
            return "another page asked for this; only the store's own page may";
        }

        return facts.IsPost && facts.Csrf is { } secret && facts.Header != secret
            ? $"the header {HeaderName} is missing or is not of this session: reload the page"
            : null;
    }
}
