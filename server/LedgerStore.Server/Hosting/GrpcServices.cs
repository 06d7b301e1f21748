// Which call is served by what, and under which rule: the whole API on one screen.
// Used by one thread at start.
using LedgerStore.Protocol;
using LedgerStore.Server.Grpc;
using LedgerStore.Server.Rights;
using LedgerStore.Server.Services;

namespace LedgerStore.Server.Hosting;

/// <summary>Registers all services.</summary>
internal static class GrpcServices
{
    public static void Register(GrpcBuilder grpc, HealthService health)
    {
        grpc
            .Raw(LedgerMethods.Append, AppendService.AppendAsync, CallRule.Append)
            .Raw(LedgerMethods.AppendStream, AppendService.AppendStreamAsync, CallRule.Append)
            .Raw(LedgerMethods.Read, ReadService.ReadAsync, CallRule.Read)
            .Unary(LedgerMethods.ListLedgers, CatalogService.ListAsync, CallRule.Catalog)
            .Unary(LedgerMethods.DescribeLedger, CatalogService.DescribeAsync, CallRule.Catalog);
        health.Register(grpc, CallRule.Identified);
        ReflectionService.Register(grpc, CallRule.Identified);
    }
}
