// The postings of a segment while its index is built: memory that grows and is used again for the next segment.
// Owned by one thread.

namespace LedgerStore.Fields;

/// <summary>Postings, and the same number of places to sort them in.</summary>
internal sealed class PostingList
{
    private const int First = 1 << 16;

    private Posting[] _postings = new Posting[First];
    private Posting[] _scratch = [];
    private int _count;

    public void Add(Posting posting)
    {
        if (_count == _postings.Length)
        {
            Array.Resize(ref _postings, 2 * _count);
        }

        _postings[_count++] = posting;
    }

    /// <summary>Takes all postings out: sorted by field, term and bundle, each once.</summary>
    public ReadOnlySpan<Posting> Take()
    {
        if (_scratch.Length < _count)
        {
            _scratch = new Posting[_postings.Length];
        }

        Span<Posting> sorted = PostingSort.Sort(_postings.AsSpan(0, _count), _scratch);
        int kept = 0;
        foreach (Posting posting in sorted)
        {
            if (kept == 0 || sorted[kept - 1] != posting)
            {
                sorted[kept++] = posting;
            }
        }

        _count = 0;
        return sorted[..kept];
    }
}
