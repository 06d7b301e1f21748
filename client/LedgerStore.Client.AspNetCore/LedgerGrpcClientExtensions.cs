// services.AddLedgerGrpcClient<TClient>(...): clients that were generated from LedgerStore's .proto files, made by the
// client factory of gRPC. For who calls the API itself; whoever appends and reads uses LedgerClient. Run once, at
// start.

using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace LedgerStore.Client.AspNetCore;

/// <summary>Registration of generated clients.</summary>
public static class LedgerGrpcClientExtensions
{
    /// <summary>
    /// Registers a generated client with the address, the mutual TLS and the limits of a <see cref="LedgerClient"/>.
    /// The builder takes what gRPC's factory knows besides: interceptors, for example.
    /// </summary>
    public static IHttpClientBuilder AddLedgerGrpcClient<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(
        this IServiceCollection services, LedgerClientOptions options)
        where TClient : class
    {
        ChannelSettings settings = LedgerClient.SettingsOf(options);
        return services.AddGrpcClient<TClient>(client => client.Address = options.Address)
            .ConfigurePrimaryHttpMessageHandler(() => new ChannelHandler(settings))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .ConfigureChannel(channel => LedgerChannel.Limit(channel, settings));
    }
}
