// Reviewer: whoever reads `_audit` signs off there that he looked at who may do what. Stateless; any thread.
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;

namespace LedgerStore.Server.Services;

/// <summary>The one thing that the capability <c>read</c> on <c>_audit</c> lets somebody say.</summary>
internal static class ReviewService
{
    private const int NoteMax = 1_024;
    private const int HashBytes = 32;
    private const int AboutMax = 100;
    private const int NameMax = 128;

    public static async ValueTask<SignOffResponse> SignOffAsync(SignOffRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        if (ledger.Name != AuditLog.LedgerName)
        {
            throw RetentionMessages.Invalid($"a review is signed off in {AuditLog.LedgerName}, and in no other ledger");
        }

        if (request.PolicySha256.Length != HashBytes || request.TableSha256.Length != HashBytes
            || request.Note.Length is 0 or > NoteMax)
        {
            throw RetentionMessages.Invalid(
                $"a review has two hashes of {HashBytes} bytes, and a note of 1 to {NoteMax:N0} characters");
        }

        if (request.About.Count > AboutMax || request.About.Any(static name => name.Length is 0 or > NameMax))
        {
            throw RetentionMessages.Invalid($"a review is about at most {AboutMax:N0} ledgers, by their names");
        }

        // What was reviewed must be what counts.
        if (!request.PolicySha256.Span.SequenceEqual(
            access.Services.Policy.Current.Policy.Document.Sha256.AsSpan()))
        {
            throw RpcException.Because(
                StatusCode.FailedPrecondition, "POLICY_NOT_IN_FORCE",
                "the policy that was reviewed is not the one in force; review that one");
        }

        AccessReview review = new()
        {
            Identity = access.Caller.Name,
            PolicySha256 = request.PolicySha256,
            TableSha256 = request.TableSha256,
            Rights = request.Rights,
            Unused = request.Unused,
            Note = request.Note,
        };
        review.About.AddRange(request.About);
        await access.Services.Audit.AppendAsync(new Event { Review = review }).ConfigureAwait(false);
        return new SignOffResponse { Identity = access.Caller.Name };
    }
}
