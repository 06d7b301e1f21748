// Searcher: which fields a ledger's index has, and what it says of a question. The answer accounts for every entry of
// its range, and whoever asks checks that. Stateless; any thread.
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Rights;

namespace LedgerStore.Server.Services;

/// <summary>The service of the capability <c>read</c> that finds entries.</summary>
internal static class SearchService
{
    // All clauses of a question are recorded in _audit, whole.
    private const int ClauseCharactersMax = 4_096;

    private const int PieceBytes = 256 * 1024;

    public static async ValueTask<FieldsInfo> GetFieldsAsync(GetFieldsRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        return ledger.Fields is { } fields ? MessageOf(fields) : new FieldsInfo();
    }

    /// <summary>Of the capability <c>administer</c>.</summary>
    public static async ValueTask<FieldsInfo> SetFieldsAsync(SetFieldsRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        RetentionService.RequireReason(request.Reason, "a change of fields");
        return MessageOf(ledger.SetFields(request.Spec, access.Caller.Name, request.Reason));
    }

    public static async ValueTask SearchAsync(
        SearchRequest request, IServerStreamWriter<SearchResponse> responses, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        if (request.Clauses.Sum(static clause => clause.Length) > ClauseCharactersMax)
        {
            throw RetentionMessages.Invalid($"the clauses have more than {ClauseCharactersMax:N0} characters together");
        }

        access.Describe(request.Clauses);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        access.OpenStream(access.MeterOf(request.Ledger));
        LedgerSearch search = ledger.Ask(new SearchQuestion(
            request.IndexLedger,
            request.Clauses,
            RetentionMessages.Number(request.First, "first"),
            RetentionMessages.Number(request.End, "end"))
        {
            IsNewestFirst = request.NewestFirst,
            Size = RetentionMessages.Number(request.Size, "size"),
            IndexSize = RetentionMessages.Number(request.IndexSize, "index_size"),
            AuditSize = RetentionMessages.Number(request.AuditSize, "audit_size"),
        });
        await responses.WriteAsync(new SearchResponse
        {
            Head = new SearchHead { First = (ulong)search.First, End = (ulong)search.End },
        }).ConfigureAwait(false);
        await foreach (SearchAnswer answer in search.Answers
            .WithCancellation(call.CancellationToken).ConfigureAwait(false))
        {
            if (answer is BundleAnswer bundle)
            {
                access.NoteDelivered(
                    (long)bundle.Bundle * StoreLimits.EntriesPerBundle, StoreLimits.EntriesPerBundle);
            }

            foreach (SearchResponse message in MessagesOf(answer))
            {
                await responses.WriteAsync(message).ConfigureAwait(false);
            }
        }
    }

    private static FieldsInfo MessageOf(LedgerFields fields) => new()
    {
        Spec = fields.Spec,
        IndexLedger = fields.IndexLedger,
        Indexed = (ulong)fields.Indexed,
        Complete = (ulong)fields.Complete,
    };

    private static IEnumerable<SearchResponse> MessagesOf(SearchAnswer answer) => answer switch
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
