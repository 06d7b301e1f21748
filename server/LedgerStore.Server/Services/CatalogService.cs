// Catalog: the ledgers on which the caller may do something. Others do not exist for it.
// Stateless; any thread.
using System.Text;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Policy;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;

namespace LedgerStore.Server.Services;

/// <summary>The service that any capability opens.</summary>
internal static class CatalogService
{
    private const int PageMax = 1_000;

    public static async ValueTask<ListLedgersResponse> ListAsync(ListLedgersRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        await access.RecordOpenAsync().ConfigureAwait(false);
        CompiledPolicy policy = access.Services.Policy.Current.Policy;
        int pageSize = request.PageSize is 0 or > PageMax ? PageMax : (int)request.PageSize;
        string after = AfterOf(request.PageToken);
        ListLedgersResponse response = new();
        foreach (string name in access.Services.Store.LedgerNames)
        {
            if (string.CompareOrdinal(name, after) <= 0
                || !name.StartsWith(request.Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            CapabilitySet granted = policy.CapabilitiesOn(access.Caller.Name, name);
            if (granted.IsEmpty)
            {
                continue;
            }

            if (response.Ledgers.Count == pageSize)
            {
                response.NextPageToken = TokenOf(response.Ledgers[^1].Ledger);
                break;
            }

            response.Ledgers.Add(LedgerInfos.Of(Find(access.Services, name), granted));
        }

        return response;
    }

    public static async ValueTask<LedgerInfo> DescribeAsync(DescribeLedgerRequest request, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        CapabilitySet granted = await access.AllowAnyAsync(request.Ledger).ConfigureAwait(false);
        return LedgerInfos.WithFields(Find(access.Services, request.Ledger), granted);
    }

    private static Ledger Find(CallServices services, string name) =>
        services.Store.TryGetLedger(name, out Ledger? ledger)
            ? ledger
            : throw RpcException.Because(StatusCode.NotFound, "LEDGER_NOT_FOUND", $"there is no ledger {name}");

    private static string TokenOf(string name) => Convert.ToBase64String(Encoding.UTF8.GetBytes(name));

    private static string AfterOf(string token)
    {
        Span<byte> bytes = stackalloc byte[StoreLimits.LedgerNameBytesMax + 2];
        return token.Length == 0 ? string.Empty
            : Convert.TryFromBase64String(token, bytes, out int written) ? Encoding.UTF8.GetString(bytes[..written])
            : throw RpcException.Because(
                StatusCode.InvalidArgument, "INVALID_ARGUMENT", "the page token is not one of this server");
    }
}
