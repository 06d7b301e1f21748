// Which bundles of a segment may have entries of an answer, by what its index says: the server decides with it what to
// send, and whoever asked decides with it what must have been sent. Pure.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>A question, applied to the index of a segment.</summary>
/// <param name="key">The one of its terms; null: it is not known, so that no page of terms says anything.</param>
internal sealed class CandidateBundles(Question question, TermKey? key)
{
    /// <summary>The pages that say something about the question, each once.</summary>
    public IReadOnlyList<(int Field, int Page)> PagesOf(SegmentFacts facts)
    {
        List<(int Field, int Page)> pages = [];
        foreach (BoundClause clause in question.Clauses)
        {
            if (!clause.IsZone)
            {
                pages.AddRange(key is null
                    ? []
                    : clause.Texts.Select(text => (clause.Field, IndexPage.NumberOf(Term(key, clause, text)))));
            }
            else if (facts.ZoneOf(clause.Field) is { } zone && clause.MayBeWithin(zone.Smallest, zone.Largest))
            {
                pages.Add((clause.Field, ZonePage.Number));
            }
        }

        return [.. pages.Distinct()];
    }

    /// <summary>The bundles; all others have no entry of the answer. A page that is not there excludes none.</summary>
    /// <exception cref="MalformedDataException">A page is none.</exception>
    public BundleSet Of(SegmentFacts facts, IReadOnlyDictionary<(int Field, int Page), ReadOnlyMemory<byte>> pages)
    {
        BundleSet candidates = BundleSet.All;
        foreach (BoundClause clause in question.Clauses)
        {
            BundleSet of = clause.IsZone ? OfZone(clause, facts, pages) : OfTerms(clause, pages);
            candidates &= clause.IsOfRecord ? of | facts.Opaque : of;
        }

        return candidates;
    }

    private static BundleSet OfZone(
        BoundClause clause, SegmentFacts facts, IReadOnlyDictionary<(int Field, int Page), ReadOnlyMemory<byte>> pages)
    {
        if (facts.ZoneOf(clause.Field) is not { } zone || !clause.MayBeWithin(zone.Smallest, zone.Largest))
        {
            return default;
        }

        return pages.TryGetValue((clause.Field, ZonePage.Number), out ReadOnlyMemory<byte> page)
            ? ZonePage.Find(page.Span, clause)
            : BundleSet.All;
    }

    private BundleSet OfTerms(
        BoundClause clause, IReadOnlyDictionary<(int Field, int Page), ReadOnlyMemory<byte>> pages)
    {
        if (key is null)
        {
            return BundleSet.All;
        }

        BundleSet candidates = default;
        foreach (byte[] text in clause.Texts)
        {
            uint term = Term(key, clause, text);
            candidates |= pages.TryGetValue((clause.Field, IndexPage.NumberOf(term)), out ReadOnlyMemory<byte> page)
                ? IndexPage.Find(clause.Kind, page.Span, term)
                : BundleSet.All;
        }

        return candidates;
    }

    private static uint Term(TermKey key, BoundClause clause, byte[] text) =>
        key.Of(clause.Kind, clause.Field, clause.IsPrefix, text);
}
