// Between the engine's words about a search and those of the protocol. Pure; any thread.
using Google.Protobuf;
using LedgerStore.Engine;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Wording;

/// <summary>Converts.</summary>
internal static class SearchMessages
{
    private const int ClauseCharactersMax = 4_096;

    private const int PieceBytes = 256 * 1024;

    /// <summary>Refuses clauses that are longer than anybody writes them.</summary>
    public static void DemandShort(IEnumerable<string> clauses)
    {
        if (clauses.Sum(static clause => clause.Length) > ClauseCharactersMax)
        {
            throw RetentionMessages.Invalid($"the clauses have more than {ClauseCharactersMax:N0} characters together");
        }
    }

    public static SearchQuestion QuestionOf(SearchRequest request) =>
        new(
            request.IndexLedger,
            request.Clauses,
            RetentionMessages.Number(request.First, "first"),
            RetentionMessages.Number(request.End, "end"))
        {
            IsNewestFirst = request.NewestFirst,
            Size = RetentionMessages.Number(request.Size, "size"),
            IndexSize = RetentionMessages.Number(request.IndexSize, "index_size"),
            AuditSize = RetentionMessages.Number(request.AuditSize, "audit_size"),
        };

    public static SearchResponse HeadOf(LedgerSearch search) =>
        new() { Head = new SearchHead { First = (ulong)search.First, End = (ulong)search.End } };

    public static FieldsInfo Of(LedgerFields fields) => new()
    {
        Spec = fields.Spec,
        IndexLedger = fields.IndexLedger,
        Indexed = (ulong)fields.Indexed,
        Complete = (ulong)fields.Complete,
    };

    /// <summary>The messages of one answer, in their order.</summary>
    public static IEnumerable<SearchResponse> Of(SearchAnswer answer) => answer switch
    {
        SegmentAnswer segment => MessagesOf(segment),
        BundleAnswer bundle => MessagesOf(bundle),
        ExpiredAnswer expired =>
        [
            new()
            {
                Expired = new SearchedExpired
                {
                    First = expired.First,
                    Count = expired.Count,
                    Tombstone = expired.Tombstone.Index,
                    Entry = Wrap(expired.Tombstone.Entry),
                    Path = { PathOf(expired.Tombstone.Path) },
                },
            },
        ],
        UnreadableAnswer bad =>
            [new() { Unreadable = new SearchedUnreadable { First = bad.First, Count = bad.Count, Reason = bad.Why } }],
        _ => throw new InvalidOperationException($"a search answers with {answer.GetType().Name}"),
    };

    private static IEnumerable<SearchResponse> MessagesOf(SegmentAnswer segment)
    {
        yield return new SearchResponse
        {
            Segment = new SearchedSegment
            {
                Segment = segment.Segment,
                Statement = Wrap(segment.Statement.Entry),
                StatementPath = { PathOf(segment.Statement.Path) },
                SegmentPath = { PathOf(segment.SegmentPath) },
                Key = UnsafeByteOperations.UnsafeWrap(segment.Key),
            },
        };
        foreach (PageAnswer page in segment.Pages)
        {
            yield return new SearchResponse
            {
                Page = new SearchedPage
                {
                    Field = (uint)page.Field,
                    Page = (uint)page.Page,
                    Content = UnsafeByteOperations.UnsafeWrap(page.Bytes),
                    Path = { PathOf(page.Path) },
                },
            };
        }
    }

    // A bundle of large entries is more than a message may be.
    private static IEnumerable<SearchResponse> MessagesOf(BundleAnswer bundle)
    {
        for (int at = 0; at < bundle.Entries.Length; at += PieceBytes)
        {
            int length = Math.Min(PieceBytes, bundle.Entries.Length - at);
            SearchedBundle piece = new()
            {
                Bundle = bundle.Bundle,
                Entries = UnsafeByteOperations.UnsafeWrap(bundle.Entries.AsMemory(at, length)),
                HasMore = at + length < bundle.Entries.Length,
            };
            if (!piece.HasMore)
            {
                piece.Path.AddRange(PathOf(bundle.Path));
            }

            yield return new SearchResponse { Bundle = piece };
        }
    }

    private static ByteString Wrap(byte[] bytes) => UnsafeByteOperations.UnsafeWrap(bytes);

    private static IEnumerable<ByteString> PathOf(Hash256[] path) => path.Select(static hash => Wrap(hash.ToArray()));
}
