// grpc.health.v1: what load balancers and orchestrators ask.
// Any thread. The table of statuses is immutable and swapped; watchers wait for the next one.

using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.Health.V1;
using ServingStatus = LedgerStore.Protocol.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace LedgerStore.Server.Grpc;

/// <summary>Answers whether services are being served; <see cref="Set"/> says so.</summary>
internal sealed class HealthService
{
    private static readonly Google.Protobuf.Reflection.ServiceDescriptor Service =
        HealthReflection.Descriptor.Services[0];

    private readonly Lock writing = new();
    private volatile Table table = new([]);

    internal static MethodDescriptor<HealthCheckRequest, HealthCheckResponse> CheckMethod { get; } =
        new(Service, "Check");

    internal static MethodDescriptor<HealthCheckRequest, HealthCheckResponse> WatchMethod { get; } =
        new(Service, "Watch");

    internal static MethodDescriptor<HealthListRequest, HealthListResponse> ListMethod { get; } =
        new(Service, "List");

    /// <summary>Sets the status of a service; the empty name stands for the whole server.</summary>
    public void Set(string service, bool isServing)
    {
        lock (writing)
        {
            Table before = table;
            Dictionary<string, ServingStatus> statuses = new(before.Statuses)
            {
                [service] = isServing ? ServingStatus.Serving : ServingStatus.NotServing,
            };
            table = new Table(statuses);
            before.Replaced.SetResult();
        }
    }

    /// <summary>Registers the service.</summary>
    public void Register(GrpcBuilder grpc, params object[] metadata) => grpc
        .Unary(CheckMethod, Check, metadata)
        .ServerStreaming(WatchMethod, WatchAsync, metadata)
        .Unary(ListMethod, List, metadata);

    private ValueTask<HealthCheckResponse> Check(HealthCheckRequest request, ServerCall call) =>
        table.Statuses.TryGetValue(request.Service, out ServingStatus status)
            ? new ValueTask<HealthCheckResponse>(new HealthCheckResponse { Status = status })
            : throw new RpcException(StatusCode.NotFound, "this server does not know the service");

    private ValueTask<HealthListResponse> List(HealthListRequest request, ServerCall call)
    {
        HealthListResponse response = new();
        foreach ((string service, ServingStatus status) in table.Statuses)
        {
            response.Statuses[service] = new HealthCheckResponse { Status = status };
        }

        return new ValueTask<HealthListResponse>(response);
    }

    private async ValueTask WatchAsync(
        HealthCheckRequest request, MessageWriter<HealthCheckResponse> responses, ServerCall call)
    {
        ServingStatus? sent = null;
        while (true)
        {
            Table now = table;
            ServingStatus status = now.Statuses.GetValueOrDefault(request.Service, ServingStatus.ServiceUnknown);
            if (status != sent)
            {
                await responses.WriteAsync(new HealthCheckResponse { Status = status }).ConfigureAwait(false);
                sent = status;
            }

            await now.Replaced.Task.WaitAsync(call.CancellationToken).ConfigureAwait(false);
        }
    }

    private sealed record Table(Dictionary<string, ServingStatus> Statuses)
    {
        internal TaskCompletionSource Replaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
