// An answer that comes in pages: each is about the part of the range that follows on the one before, and complete for
// it; together they are the range. Owned by one thread.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Checks page after page.</summary>
internal sealed class SearchPages(
    Question question, CoverTrust trust, ulong first, ulong end, bool isNewestFirst)
{
    private SearchCover? _page;

    /// <summary>What no page was about yet: from here on.</summary>
    public ulong First { get; private set; } = first;

    /// <summary>Up to here.</summary>
    public ulong End { get; private set; } = end;

    public bool IsDone => First == End && _page is null;

    /// <summary>Begins a page about a part of what is left.</summary>
    /// <exception cref="VerificationFailedException">It is about something else.</exception>
    public void Begin(ulong pageFirst, ulong pageEnd)
    {
        bool follows = isNewestFirst ? pageEnd == End && pageFirst >= First : pageFirst == First && pageEnd <= End;
        if (_page is not null || pageFirst >= pageEnd || !follows)
        {
            throw new VerificationFailedException(
                $"a page about entries from {pageFirst} to before {pageEnd} does not follow: the range goes on "
                + (isNewestFirst ? $"downwards from {End}" : $"from {First} on"));
        }

        _page = new SearchCover(question, trust, pageFirst, pageEnd);
        (First, End) = isNewestFirst ? (First, pageFirst) : (pageEnd, End);
    }

    /// <summary>Takes a part of the page.</summary>
    /// <returns>Entries of the answer, in the order of the answer.</returns>
    /// <exception cref="VerificationFailedException">It is a lie: which.</exception>
    public IReadOnlyList<FoundEntry> Add(SearchAnswer answer)
    {
        SearchCover page = _page
            ?? throw new VerificationFailedException("an answer does not begin with the range that it is about");
        switch (answer)
        {
            case SegmentAnswer segment:
                page.Add(segment);
                return [];
            case BundleAnswer bundle:
                IReadOnlyList<FoundEntry> found = page.Add(bundle);
                return isNewestFirst ? [.. found.Reverse()] : found;
            case ExpiredAnswer expired:
                page.Add(expired);
                return [];
            default:
                page.Add((UnreadableAnswer)answer);
                return [];
        }
    }

    /// <summary>The page has ended.</summary>
    /// <exception cref="VerificationFailedException">It does not account for every entry.</exception>
    public CoverResult Finish()
    {
        CoverResult result = (_page ?? throw new VerificationFailedException("an answer is empty")).Finish();
        _page = null;
        return result.IsComplete
            ? result
            : throw new VerificationFailedException($"the answer is {result}");
    }
}
