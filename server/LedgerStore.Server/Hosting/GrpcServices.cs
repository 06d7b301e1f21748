// Which call is served by what, and under which rule: the whole API on one screen.
// Used by one thread at start.
using Grpc.AspNetCore.Web;
using Grpc.Core;
using Grpc.HealthCheck;
using Grpc.Reflection;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Calls;
using LedgerStore.Server.Rights;
using LedgerStore.Server.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Health = Grpc.Health.V1.Health;
using Reflection = Grpc.Reflection.V1Alpha.ServerReflection;
using ReflectionV1 = Grpc.Reflection.V1.ServerReflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace LedgerStore.Server.Hosting;

/// <summary>Registers all services.</summary>
internal static class GrpcServices
{
    // Its request is small and an object; its answers are the entries.
    private static readonly Method<ReadRequest, WireMessage> s_read = new(
        LedgerMethods.Read.Type,
        LedgerMethods.Read.ServiceName,
        LedgerMethods.Read.Name,
        LedgerMethods.Read.RequestMarshaller,
        WireMessage.Marshaller);

    /// <summary>What a browser may call, where gRPC-Web is on.</summary>
    private static readonly EnableGrpcWebAttribute s_web = new();

    public static void Add(IServiceCollection services)
    {
        CallMethods.Add(services, Register);
        services.AddSingleton<HealthServiceImpl>();
        ServiceDescriptor[] known =
        [
            .. LedgerstoreReflection.Descriptor.Services, Health.Descriptor, Reflection.Descriptor,
            ReflectionV1.Descriptor,
        ];
        services.AddSingleton(new ReflectionServiceImpl(known));
        services.AddSingleton(new ReflectionV1ServiceImpl(known));
        services.AddGrpcReflection();
    }

    /// <summary>Makes endpoints of the services, and puts the guard before them.</summary>
    public static void Map(WebApplication app, CallGuard guard, bool hasWeb)
    {
        if (hasWeb)
        {
            app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = false });
        }

        app.Use(guard.RunAsync);
        app.MapGrpcService<CallMethods>();
        app.MapGrpcService<HealthServiceImpl>().WithMetadata(CallRule.Identified);
        app.MapGrpcReflectionService().WithMetadata(CallRule.Identified);

        // Never run: the guard answers for what is not there.
        app.MapFallback("{**path}", static context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }).WithMetadata(CallRule.Unknown);
    }

    private static void Register(CallBinder grpc)
    {
        RegisterForBrowsers(grpc);
        grpc
            .Unary(WireMethods.OnServer(LedgerMethods.Append), AppendService.AppendAsync, CallRule.Append)
            .Duplex(WireMethods.OnServer(LedgerMethods.AppendStream), AppendService.AppendStreamAsync, CallRule.Append)
            .Unary(LedgerMethods.SignOff, ReviewService.SignOffAsync, CallRule.Read);
        grpc
            .Unary(LedgerMethods.CreateLedger, AdminService.CreateAsync, CallRule.Administer)
            .Unary(LedgerMethods.FreezeLedger, AdminService.FreezeAsync, CallRule.Administer)
            .Unary(LedgerMethods.SetFields, SearchService.SetFieldsAsync, CallRule.Administer)
            .Unary(LedgerMethods.GetStatus, AdminService.StatusAsync, CallRule.AdministerStore)
            .ServerStreaming(LedgerMethods.Scrub, MaintenanceService.ScrubAsync, CallRule.Administer)
            .ServerStreaming(LedgerMethods.RotateKey, MaintenanceService.RotateKeyAsync, CallRule.AdministerStore);
        RegisterRetention(grpc);
    }

    /// <summary>What reads and verifies, and nothing else: all that a browser may call, with a certificate or with a
    /// session.</summary>
    public static void RegisterForBrowsers(CallBinder grpc)
    {
        grpc
            .ServerStreaming(s_read, ReadService.ReadAsync, CallRule.Read, s_web)
            .Unary(LedgerMethods.GetFields, SearchService.GetFieldsAsync, CallRule.Read, s_web)
            .ServerStreaming(LedgerMethods.Search, SearchService.SearchAsync, CallRule.Read, s_web);
        grpc
            .Unary(LedgerMethods.GetCheckpoint, VerifyService.GetCheckpointAsync, CallRule.Verify, s_web)
            .ServerStreaming(LedgerMethods.WatchCheckpoints, VerifyService.WatchAsync, CallRule.Watch, s_web)
            .Unary(LedgerMethods.GetInclusionProof, VerifyService.ProveInclusionAsync, CallRule.Verify, s_web)
            .Unary(LedgerMethods.GetConsistencyProof, VerifyService.ProveConsistencyAsync, CallRule.Verify, s_web)
            .Unary(LedgerMethods.GetReceipt, VerifyService.GetReceiptAsync, CallRule.Verify, s_web)
            .Unary(LedgerMethods.GetLogKeys, VerifyService.GetKeysAsync, CallRule.Verify, s_web);
        grpc
            .Unary(LedgerMethods.ListLedgers, CatalogService.ListAsync, CallRule.Catalog, s_web)
            .Unary(LedgerMethods.DescribeLedger, CatalogService.DescribeAsync, CallRule.Catalog, s_web);
    }

    private static void RegisterRetention(CallBinder grpc) => grpc
        .Unary(LedgerMethods.SetRetention, RetentionService.SetAsync, CallRule.Administer)
        .Unary(LedgerMethods.PlanRetention, RetentionService.PlanAsync, CallRule.Administer)
        .ServerStreaming(LedgerMethods.ApplyRetention, RetentionService.ApplyAsync, CallRule.Administer)
        .Unary(LedgerMethods.PlaceHold, RetentionService.PlaceHoldAsync, CallRule.Administer)
        .Unary(LedgerMethods.ReleaseHold, RetentionService.ReleaseHoldAsync, CallRule.Administer);
}
