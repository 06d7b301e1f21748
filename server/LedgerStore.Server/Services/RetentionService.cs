// Admin: retention and legal holds. Each call is recorded before it has an effect, each change once more, with what it
// was, by the engine. Stateless; any thread.
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;
using EngineMove = LedgerStore.Engine.PlannedMove;

namespace LedgerStore.Server.Services;

/// <summary>The calls of the capability <c>administer</c> about how long entries are kept.</summary>
internal static class RetentionService
{
    private static readonly CapabilitySet s_administrator = CapabilitySet.None.With(Capability.Administer);

    public static async ValueTask<LedgerInfo> SetAsync(SetRetentionRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        RequireReason(request.Reason, "a change of retention");
        ledger.SetRetention(RetentionMessages.PolicyOf(request.Retention), access.Caller.Name, request.Reason);
        return LedgerInfos.Of(ledger, s_administrator);
    }

    public static async ValueTask<PlanRetentionResponse> PlanAsync(PlanRetentionRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        PlanRetentionResponse response = new();
        response.Moves.AddRange(ledger.PlanRetention().Select(RetentionMessages.Of));
        return response;
    }

    /// <summary>Has what is due done now, and tells what was done. Expiry takes a second look a day later.</summary>
    public static async ValueTask ApplyAsync(
        ApplyRetentionRequest request, IServerStreamWriter<RetentionProgress> responses, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        DateTimeOffset now = access.Services.Time.GetUtcNow();
        List<EngineMove> due =
            [.. ledger.PlanRetention().Where(move => move.Due <= now && move.HeldBy.Length == 0)];
        await responses.WriteAsync(new RetentionProgress { Total = (ulong)due.Count }).ConfigureAwait(false);

        // Who does not wait for it does not stop it.
        await ledger.ApplyRetentionAsync().WaitAsync(call.CancellationToken).ConfigureAwait(false);
        IReadOnlyList<EngineMove> left = ledger.PlanRetention();
        ulong done = 0;
        foreach (EngineMove move in due.Where(move => !left.Any(other => IsSame(other, move))))
        {
            await responses.WriteAsync(new RetentionProgress
            {
                Move = RetentionMessages.Of(move),
                Done = ++done,
                Total = (ulong)due.Count,
            }).ConfigureAwait(false);
        }
    }

    public static async ValueTask<Hold> PlaceHoldAsync(PlaceHoldRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        RequireReason(request.Reason, "a hold");
        LegalHold hold = ledger.PlaceHold(
            RetentionMessages.Number(request.FirstIndex, "first_index"),
            RetentionMessages.Number(request.Count, "count"),
            request.Reason,
            access.Caller.Name);
        return RetentionMessages.Of(ledger.Name, hold);
    }

    public static async ValueTask<Hold> ReleaseHoldAsync(ReleaseHoldRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        RequireReason(request.Reason, "the end of a hold");
        _ = ledger.FindHold(request.Id)
            ?? throw RpcException.Because(
                StatusCode.NotFound, "HOLD_NOT_FOUND", $"{ledger.Name} has no hold with this id in force");
        return RetentionMessages.Of(
            ledger.Name, ledger.ReleaseHold(request.Id, access.Caller.Name, request.Reason));
    }

    private static bool IsSame(EngineMove a, EngineMove b) =>
        a.To == b.To && a.FirstIndex < b.FirstIndex + b.Count && b.FirstIndex < a.FirstIndex + a.Count;

    /// <exception cref="RpcException">There is none, or it is too long.</exception>
    public static void RequireReason(string reason, string what)
    {
        if (reason.Length == 0)
        {
            throw RetentionMessages.Invalid($"{what} needs a reason: it is recorded, and read years later");
        }

        if (reason.Length > StatusReport.ReasonMax)
        {
            throw RetentionMessages.Invalid($"a reason has at most {StatusReport.ReasonMax} characters");
        }
    }
}
