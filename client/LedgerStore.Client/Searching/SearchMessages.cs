// From the messages of a search to the parts of an answer that the cover takes. What they are worth only the cover
// says; here is checked that they are whole. Owned by one enumeration.

using Google.Protobuf;
using Google.Protobuf.Collections;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

/// <summary>Puts messages together.</summary>
internal sealed class SearchMessages
{
    // 256 entries of the largest size.
    private const int BundleBytesMax = EntryBounds.EntriesPerBundle * (EntryBundle.LengthBytes + ushort.MaxValue);

    // More pages than all values of all clauses.
    private const int PagesMax = Question.ClausesMax * Clause.ValuesMax;

    private readonly List<PageAnswer> _pages = [];
    private readonly MemoryStream _bundle = new();
    private ulong _bundleNumber;
    private SearchedSegment? _segment;

    public long ProofBytes { get; private set; }

    public long EntryBytes { get; private set; }

    public int Segments { get; private set; }

    /// <summary>Takes a message.</summary>
    /// <returns>The parts that are whole with it: none, one or two.</returns>
    /// <exception cref="VerificationFailedException">It is none that can come here.</exception>
    public IEnumerable<SearchAnswer> Take(SearchResponse message)
    {
        bool isPage = message.PartCase == SearchResponse.PartOneofCase.Page;
        bool isBundle = message.PartCase == SearchResponse.PartOneofCase.Bundle;
        if (_bundle.Length > 0 && !isBundle)
        {
            throw new VerificationFailedException($"bundle {_bundleNumber} does not come to its end");
        }

        List<SearchAnswer> whole = isPage ? [] : [.. CloseSegment()];
        switch (message.PartCase)
        {
            case SearchResponse.PartOneofCase.Segment:
                _segment = message.Segment;
                break;
            case SearchResponse.PartOneofCase.Page:
                AddPage(message.Page);
                break;
            case SearchResponse.PartOneofCase.Bundle:
                whole.AddRange(AddBundle(message.Bundle));
                break;
            case SearchResponse.PartOneofCase.Expired:
                SearchedExpired gone = message.Expired;
                ProofBytes += gone.CalculateSize();
                whole.Add(new ExpiredAnswer(
                    gone.First, gone.Count,
                    new ProvenEntry(gone.Tombstone, gone.Entry.ToByteArray(), PathOf(gone.Path))));
                break;
            case SearchResponse.PartOneofCase.Unreadable:
                whole.Add(new UnreadableAnswer(
                    message.Unreadable.First, message.Unreadable.Count, message.Unreadable.Reason));
                break;
            default:
                throw new VerificationFailedException($"a part of an answer is a {message.PartCase}");
        }

        return whole;
    }

    /// <summary>The answer has ended.</summary>
    /// <returns>What is whole with that.</returns>
    /// <exception cref="VerificationFailedException">A bundle does not come to its end.</exception>
    public IEnumerable<SearchAnswer> Finish() => _bundle.Length == 0
        ? CloseSegment()
        : throw new VerificationFailedException($"bundle {_bundleNumber} does not come to its end");

    private SegmentAnswer[] CloseSegment()
    {
        if (_segment is not { } segment)
        {
            return [];
        }

        _segment = null;
        PageAnswer[] pages = [.. _pages];
        _pages.Clear();
        Segments++;
        ProofBytes += segment.CalculateSize();
        return
        [
            new SegmentAnswer(
                segment.Segment,
                new ProvenEntry(segment.Segment, segment.Statement.ToByteArray(), PathOf(segment.StatementPath)),
                PathOf(segment.SegmentPath),
                pages)
            {
                Key = segment.Key.Memory,
            },
        ];
    }

    private void AddPage(SearchedPage page)
    {
        if (_segment is null || _pages.Count >= PagesMax)
        {
            throw new VerificationFailedException("a page of an index belongs to no segment, or to one with too many");
        }

        ProofBytes += page.CalculateSize();
        _pages.Add(new PageAnswer(
            (int)Math.Min(page.Field, int.MaxValue), (int)Math.Min(page.Page, int.MaxValue),
            page.Content.ToByteArray(), PathOf(page.Path)));
    }

    private BundleAnswer[] AddBundle(SearchedBundle piece)
    {
        if ((_bundle.Length > 0 && piece.Bundle != _bundleNumber) || piece.Entries.IsEmpty
            || _bundle.Length + piece.Entries.Length > BundleBytesMax)
        {
            throw new VerificationFailedException($"bundle {piece.Bundle} comes in pieces that do not fit together");
        }

        _bundleNumber = piece.Bundle;
        piece.Entries.WriteTo(_bundle);
        EntryBytes += piece.Entries.Length;
        if (piece.HasMore)
        {
            return [];
        }

        byte[] entries = _bundle.ToArray();
        _bundle.SetLength(0);
        return [new BundleAnswer(piece.Bundle, entries, PathOf(piece.Path))];
    }

    private static Hash256[] PathOf(RepeatedField<ByteString> path) =>
    [
        .. path.Select(static hash => hash.Length == Hash256.Length
            ? new Hash256(hash.Span)
            : throw new VerificationFailedException($"a hash of a path has {hash.Length} bytes")),
    ];
}
