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
            .Raw(LedgerMethods.Read, ReadService.ReadAsync, CallRule.Read);
        grpc
            .Unary(LedgerMethods.GetCheckpoint, VerifyService.GetCheckpointAsync, CallRule.Verify)
            .ServerStreaming(LedgerMethods.WatchCheckpoints, VerifyService.WatchAsync, CallRule.Watch)
            .Unary(LedgerMethods.GetInclusionProof, VerifyService.ProveInclusionAsync, CallRule.Verify)
            .Unary(LedgerMethods.GetConsistencyProof, VerifyService.ProveConsistencyAsync, CallRule.Verify)
            .Unary(LedgerMethods.GetReceipt, VerifyService.GetReceiptAsync, CallRule.Verify)
            .Unary(LedgerMethods.GetLogKeys, VerifyService.GetKeysAsync, CallRule.Verify);
        grpc
            .Unary(LedgerMethods.ListLedgers, CatalogService.ListAsync, CallRule.Catalog)
            .Unary(LedgerMethods.DescribeLedger, CatalogService.DescribeAsync, CallRule.Catalog);
        grpc
            .Unary(LedgerMethods.CreateLedger, AdminService.CreateAsync, CallRule.Administer)
            .Unary(LedgerMethods.FreezeLedger, AdminService.FreezeAsync, CallRule.Administer)
            .Unary(LedgerMethods.GetStatus, AdminService.StatusAsync, CallRule.AdministerStore)
            .ServerStreaming(LedgerMethods.Scrub, MaintenanceService.ScrubAsync, CallRule.Administer)
            .ServerStreaming(LedgerMethods.RotateKey, MaintenanceService.RotateKeyAsync, CallRule.AdministerStore);
        RegisterRetention(grpc);
        health.Register(grpc, CallRule.Identified);
        ReflectionService.Register(grpc, CallRule.Identified);
    }

    private static void RegisterRetention(GrpcBuilder grpc) => grpc
        .Unary(LedgerMethods.SetRetention, RetentionService.SetAsync, CallRule.Administer)
        .Unary(LedgerMethods.PlanRetention, RetentionService.PlanAsync, CallRule.Administer)
        .ServerStreaming(LedgerMethods.ApplyRetention, RetentionService.ApplyAsync, CallRule.Administer)
        .Unary(LedgerMethods.PlaceHold, RetentionService.PlaceHoldAsync, CallRule.Administer)
        .Unary(LedgerMethods.ReleaseHold, RetentionService.ReleaseHoldAsync, CallRule.Administer);
}
