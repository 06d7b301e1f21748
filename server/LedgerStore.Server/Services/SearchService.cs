// Searcher: which fields a ledger's index has, and what it says of a question. The answer accounts for every entry of
// its range, and whoever asks checks that. Stateless; any thread.
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Fields;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;

namespace LedgerStore.Server.Services;

/// <summary>The service of the capability <c>read</c> that finds entries.</summary>
internal static class SearchService
{
    public static async ValueTask<FieldsInfo> GetFieldsAsync(GetFieldsRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        return ledger.Fields is { } fields ? SearchMessages.Of(fields) : new FieldsInfo();
    }

    /// <summary>Of the capability <c>administer</c>.</summary>
    public static async ValueTask<FieldsInfo> SetFieldsAsync(SetFieldsRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        RetentionService.RequireReason(request.Reason, "a change of fields");
        return SearchMessages.Of(ledger.SetFields(request.Spec, access.Caller.Name, request.Reason));
    }

    public static async ValueTask SearchAsync(
        SearchRequest request, IServerStreamWriter<SearchResponse> responses, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        // All of them are recorded in _audit, whole.
        SearchMessages.DemandShort(request.Clauses);
        access.Describe(request.Clauses);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        access.OpenStream(access.MeterOf(request.Ledger));
        LedgerSearch search = ledger.Ask(SearchMessages.QuestionOf(request));
        await responses.WriteAsync(SearchMessages.HeadOf(search)).ConfigureAwait(false);
        await foreach (SearchAnswer answer in search.Answers
            .WithCancellation(call.CancellationToken).ConfigureAwait(false))
        {
            if (answer is BundleAnswer bundle)
            {
                access.NoteDelivered(
                    (long)bundle.Bundle * StoreLimits.EntriesPerBundle, StoreLimits.EntriesPerBundle);
            }

            foreach (SearchResponse message in SearchMessages.Of(answer))
            {
                await responses.WriteAsync(message).ConfigureAwait(false);
            }
        }
    }
}
