// Admin: changes of the catalog, and the state of the store. Each call is recorded before it has an effect, each change
// once more, with what it was, by the engine. Stateless; any thread.
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;
using Status = LedgerStore.Protocol.V1.Status;

namespace LedgerStore.Server.Services;

/// <summary>The service of the capability <c>administer</c>.</summary>
internal static class AdminService
{
    private static readonly CapabilitySet s_administrator = CapabilitySet.None.With(Capability.Administer);

    public static async ValueTask<LedgerInfo> CreateAsync(CreateLedgerRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        await access.AllowNameAsync(request.Ledger).ConfigureAwait(false);
        RetentionPolicy retention = RetentionMessages.PolicyOf(request.Retention);
        retention.Check();
        Ledger ledger = access.Services.Store.CreateLedger(
            request.Ledger, new LedgerOptions { IsSalted = request.Salted, CreatedBy = access.Caller.Name });
        if (request.Retention is not null)
        {
            ledger.SetRetention(retention, access.Caller.Name, "with its creation");
        }

        return LedgerInfos.Of(ledger, s_administrator);
    }

    public static async ValueTask<LedgerInfo> FreezeAsync(FreezeLedgerRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        if (request.Reason.Length == 0)
        {
            throw RpcException.Because(
                StatusCode.InvalidArgument, "INVALID_ARGUMENT",
                "freezing is for good and needs a reason, which everybody who appends will read");
        }

        access.Services.Store.FreezeLedger(request.Ledger, request.Reason, access.Caller.Name);
        return LedgerInfos.Of(ledger, s_administrator);
    }

    public static ValueTask<Status> StatusAsync(GetStatusRequest request, ServerCallContext call) =>
        new(StatusReport.Of(CallAccess.Of(call).Services, request.WithHistory));
}
