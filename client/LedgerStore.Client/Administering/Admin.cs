// The calls that need the capability administer. Nothing is retried: an operator sees what happened.
// Any thread.

using Google.Protobuf;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Client;

/// <summary>Administration of ledgers and of the store. Errors are <see cref="RpcException"/>.</summary>
public sealed class Admin
{
    private readonly LedgerClient client;

    internal Admin(LedgerClient client) => this.client = client;

    /// <summary>Creates a ledger.</summary>
    public ValueTask<LedgerInfo> CreateLedgerAsync(CreateLedgerRequest request, CancellationToken cancellationToken) =>
        UnaryAsync(LedgerMethods.CreateLedger, request, cancellationToken);

    /// <summary>Creates a ledger that keeps everything, unsalted.</summary>
    public ValueTask<LedgerInfo> CreateLedgerAsync(string ledger, CancellationToken cancellationToken) =>
        CreateLedgerAsync(new CreateLedgerRequest { Ledger = ledger }, cancellationToken);

    /// <summary>Ends a ledger for good: it takes no more entries.</summary>
    public ValueTask<LedgerInfo> FreezeLedgerAsync(
        string ledger, string reason, CancellationToken cancellationToken) => UnaryAsync(
        LedgerMethods.FreezeLedger, new FreezeLedgerRequest { Ledger = ledger, Reason = reason }, cancellationToken);

    /// <summary>Replaces the retention of a ledger.</summary>
    public ValueTask<LedgerInfo> SetRetentionAsync(
        string ledger, Retention retention, string reason, CancellationToken cancellationToken) => UnaryAsync(
        LedgerMethods.SetRetention,
        new SetRetentionRequest { Ledger = ledger, Retention = retention, Reason = reason },
        cancellationToken);

    /// <summary>What would move or go, and when.</summary>
    public ValueTask<PlanRetentionResponse> PlanRetentionAsync(string ledger, CancellationToken cancellationToken) =>
        UnaryAsync(LedgerMethods.PlanRetention, new PlanRetentionRequest { Ledger = ledger }, cancellationToken);

    /// <summary>Applies the retention of a ledger now.</summary>
    public IAsyncEnumerable<RetentionProgress> ApplyRetentionAsync(
        string ledger, CancellationToken cancellationToken) => StreamAsync(
        LedgerMethods.ApplyRetention, new ApplyRetentionRequest { Ledger = ledger }, cancellationToken);

    /// <summary>Keeps a range from expiring. A count of 0 means all, and all to come.</summary>
    public ValueTask<Hold> PlaceHoldAsync(
        string ledger, ulong firstIndex, ulong count, string reason, CancellationToken cancellationToken) => UnaryAsync(
        LedgerMethods.PlaceHold,
        new PlaceHoldRequest { Ledger = ledger, FirstIndex = firstIndex, Count = count, Reason = reason },
        cancellationToken);

    /// <summary>Ends a hold.</summary>
    public ValueTask<Hold> ReleaseHoldAsync(
        string ledger, string id, string reason, CancellationToken cancellationToken) => UnaryAsync(
        LedgerMethods.ReleaseHold,
        new ReleaseHoldRequest { Ledger = ledger, Id = id, Reason = reason },
        cancellationToken);

    /// <summary>The state of the store.</summary>
    public ValueTask<Status> GetStatusAsync(CancellationToken cancellationToken) =>
        UnaryAsync(LedgerMethods.GetStatus, new GetStatusRequest(), cancellationToken);

    /// <summary>Re-reads and re-hashes a ledger on the server; an empty name means all.</summary>
    public IAsyncEnumerable<ScrubProgress> ScrubAsync(string ledger, CancellationToken cancellationToken) =>
        StreamAsync(LedgerMethods.Scrub, new ScrubRequest { Ledger = ledger }, cancellationToken);

    /// <summary>Goes over to another signing key, which is a file on the server.</summary>
    public IAsyncEnumerable<RotateKeyProgress> RotateKeyAsync(string keyFile, CancellationToken cancellationToken) =>
        StreamAsync(LedgerMethods.RotateKey, new RotateKeyRequest { KeyFile = keyFile }, cancellationToken);

    private ValueTask<TResponse> UnaryAsync<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        client.Channel.UnaryAsync(method, request, client.Unary(cancellationToken));

    private async IAsyncEnumerable<TResponse> StreamAsync<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method,
        TRequest request,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using ServerStreamCall<TResponse> call = client.Channel.ServerStream(
            method, request, new CallOptions { CancellationToken = cancellationToken });
        while (await call.Responses.ReadAsync().ConfigureAwait(false))
        {
            yield return call.Responses.Current;
        }
    }
}
