// The methods of a server as Grpc.AspNetCore asks for them. Handlers are functions: there is no object per call.
// Used by one thread at start.
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using LedgerStore.Protocol;
using LedgerStore.Server.Config;
using Microsoft.Extensions.DependencyInjection;

namespace LedgerStore.Server.Calls;

/// <summary>Hands the methods over; <c>MapGrpcService&lt;CallMethods&gt;</c> makes endpoints of them.</summary>
internal sealed class CallMethods(Action<CallBinder> register, CallErrors errors) : IServiceMethodProvider<CallMethods>
{
    /// <summary>Adds gRPC with these methods and the server's limits on messages.</summary>
    public static void Add(IServiceCollection services, Action<CallBinder> register)
    {
        services.AddGrpc(Limit);
        services.AddSingleton<CallErrors>();
        services.AddSingleton(provider => new CallMethods(register, provider.GetRequiredService<CallErrors>()));
        services.AddSingleton<IServiceMethodProvider<CallMethods>>(
            provider => provider.GetRequiredService<CallMethods>());
    }

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<CallMethods> context) =>
        register(new CallBinder(context, errors));

    private static void Limit(GrpcServiceOptions options)
    {
        options.MaxReceiveMessageSize = ServerLimits.RequestBytes;
        options.MaxSendMessageSize = null;
        options.CompressionProviders = [new BoundedGzip(ServerLimits.RequestBytes)];

        // Calls of what is not there pass the same door as all others: CallGuard answers them.
        options.IgnoreUnknownServices = true;
    }
}
