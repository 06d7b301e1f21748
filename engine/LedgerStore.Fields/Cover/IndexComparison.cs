// Compares indexes with their segments: takes an answer without clauses, which has every bundle and every statement,
// after its proofs were checked, and builds each index again. Owned by one enumeration.

namespace LedgerStore.Fields;

/// <summary>Builds the index of one segment after the other.</summary>
internal sealed class IndexComparison(IndexSpec spec)
{
    private readonly SegmentIndexer _indexer = new(spec);
    private ulong _segment = ulong.MaxValue;
    private SegmentFacts? _stated;
    private ulong _nextBundle;
    private bool _hasExpired;
    private bool _isUnreadable;

    /// <summary>Takes the next part of an answer, in the order of the ledger.</summary>
    /// <returns>The segment that ended with it; null: none.</returns>
    public ComparedSegment? Add(SearchAnswer answer)
    {
        ulong segment = answer switch
        {
            SegmentAnswer one => one.Segment,
            BundleAnswer one => one.Bundle / EntryBounds.BundlesPerSegment,
            ExpiredAnswer one => one.First / EntryBounds.EntriesPerSegment,
            _ => ((UnreadableAnswer)answer).First / EntryBounds.EntriesPerSegment,
        };
        ComparedSegment? ended = segment == _segment ? null : Finish();
        if (segment != _segment)
        {
            Begin(segment);
        }

        switch (answer)
        {
            case SegmentAnswer one:
                _stated = IndexStatement.Read(EntryView.Parse(one.Statement.Entry).Payload).Facts;
                break;
            case BundleAnswer one when one.Bundle == _nextBundle && _stated is not null:
                _indexer.Add(one.Entries);
                _nextBundle++;
                break;
            case ExpiredAnswer:
                _hasExpired = true;
                break;
            case UnreadableAnswer:
                _isUnreadable = true;
                break;
            default:
                // Nothing is compared without a statement, and bundles in another order are those of no segment.
                break;
        }

        return ended;
    }

    /// <summary>The answer has ended.</summary>
    /// <returns>Its last segment; null: it had none.</returns>
    public ComparedSegment? Finish()
    {
        if (_segment == ulong.MaxValue)
        {
            return null;
        }

        ComparedSegment ended = new(
            _segment,
            _hasExpired ? ComparedState.Expired
                : _isUnreadable ? ComparedState.Unreadable
                : _stated is null ? ComparedState.NotIndexed
                : !_indexer.IsWhole ? ComparedState.Unreadable
                : ComparedState.Same,
            null);
        if (ended.State == ComparedState.Same && _indexer.Compare(_stated!) is { } problem)
        {
            ended = ended with { State = ComparedState.False, Problem = problem };
        }

        _indexer.Abandon();
        _segment = ulong.MaxValue;
        return ended;
    }

    private void Begin(ulong segment)
    {
        _segment = segment;
        _nextBundle = segment * EntryBounds.BundlesPerSegment;
        _stated = null;
        _hasExpired = false;
        _isUnreadable = false;
    }
}
