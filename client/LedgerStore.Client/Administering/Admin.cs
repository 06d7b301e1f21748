// The calls that need the capability administer. Nothing is retried: an operator sees what happened.
// Any thread.

using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using Status = LedgerStore.Protocol.V1.Status;

namespace LedgerStore.Client;

/// <summary>
/// Administration of ledgers and of the store. Errors are <see cref="RpcException"/>; an answer that is about something
/// else than was asked for is a <see cref="LedgerViolationException"/>. What they say of the store is the server's
/// word.
/// </summary>
public sealed class Admin
{
    private readonly ServerConnection _client;

    internal Admin(ServerConnection client) => _client = client;

    /// <summary>Creates a ledger.</summary>
    public ValueTask<LedgerInfo> CreateLedgerAsync(CreateLedgerRequest request, CancellationToken cancellationToken) =>
        AskAboutAsync(LedgerMethods.CreateLedger, request, request.Ledger, cancellationToken);

    /// <summary>Creates a ledger that keeps everything, unsalted.</summary>
    public ValueTask<LedgerInfo> CreateLedgerAsync(string ledger, CancellationToken cancellationToken) =>
        CreateLedgerAsync(new CreateLedgerRequest { Ledger = ledger }, cancellationToken);

    /// <summary>Ends a ledger for good: it takes no more entries.</summary>
    public ValueTask<LedgerInfo> FreezeLedgerAsync(
        string ledger, string reason, CancellationToken cancellationToken) => AskAboutAsync(
        LedgerMethods.FreezeLedger, new FreezeLedgerRequest { Ledger = ledger, Reason = reason }, ledger,
        cancellationToken);

    /// <summary>Replaces the retention of a ledger.</summary>
    public ValueTask<LedgerInfo> SetRetentionAsync(
        string ledger, Retention retention, string reason, CancellationToken cancellationToken) => AskAboutAsync(
        LedgerMethods.SetRetention,
        new SetRetentionRequest { Ledger = ledger, Retention = retention, Reason = reason },
        ledger,
        cancellationToken);

    /// <summary>Has the records of a ledger indexed by these fields, those it has already too, in the background.
    /// </summary>
    /// <param name="spec">The canonical text of a spec: <c>ledger fields show</c> prints one.</param>
    public ValueTask<FieldsInfo> SetFieldsAsync(
        string ledger, string spec, string reason, CancellationToken cancellationToken) => _client.AskAsync(
        LedgerMethods.SetFields,
        new SetFieldsRequest { Ledger = ledger, Spec = spec, Reason = reason },
        ledger,
        cancellationToken);

    /// <summary>What would move or go, and when.</summary>
    public ValueTask<PlanRetentionResponse> PlanRetentionAsync(string ledger, CancellationToken cancellationToken) =>
        _client.AskAsync(
            LedgerMethods.PlanRetention, new PlanRetentionRequest { Ledger = ledger }, ledger, cancellationToken);

    /// <summary>Applies the retention of a ledger now.</summary>
    public IAsyncEnumerable<RetentionProgress> ApplyRetentionAsync(
        string ledger, CancellationToken cancellationToken) => _client.StreamAsync(
        LedgerMethods.ApplyRetention, new ApplyRetentionRequest { Ledger = ledger }, ledger, cancellationToken);

    /// <summary>Keeps a range from expiring. A count of 0 means all, and all to come.</summary>
    public async ValueTask<Hold> PlaceHoldAsync(
        string ledger, ulong firstIndex, ulong count, string reason, CancellationToken cancellationToken)
    {
        Hold hold = await _client.AskAsync(
            LedgerMethods.PlaceHold,
            new PlaceHoldRequest { Ledger = ledger, FirstIndex = firstIndex, Count = count, Reason = reason },
            ledger,
            cancellationToken).ConfigureAwait(false);
        WrongAnswer.DemandEcho(ledger, "ledger", ledger, hold.Ledger);
        WrongAnswer.DemandEcho(ledger, "reason", reason, hold.Reason);
        return hold.FirstIndex == firstIndex && hold.Count == count && hold.Id.Length > 0 && hold.Released is null
            ? hold
            : throw WrongAnswer.To(
                ledger, $"a hold on {count:N0} entries from {firstIndex:N0}",
                $"the hold '{hold.Id}' on {hold.Count:N0} from {hold.FirstIndex:N0}");
    }

    /// <summary>Ends a hold.</summary>
    public async ValueTask<Hold> ReleaseHoldAsync(
        string ledger, string id, string reason, CancellationToken cancellationToken)
    {
        Hold hold = await _client.AskAsync(
            LedgerMethods.ReleaseHold,
            new ReleaseHoldRequest { Ledger = ledger, Id = id, Reason = reason },
            ledger,
            cancellationToken).ConfigureAwait(false);
        WrongAnswer.DemandEcho(ledger, "ledger", ledger, hold.Ledger);
        WrongAnswer.DemandEcho(ledger, "hold", id, hold.Id);
        return hold.Released is not null
            ? hold
            : throw WrongAnswer.To(ledger, $"the hold '{id}', released", "one that is in force");
    }

    /// <summary>The state of the store.</summary>
    public ValueTask<Status> GetStatusAsync(CancellationToken cancellationToken) =>
        _client.AskAsync(LedgerMethods.GetStatus, new GetStatusRequest(), "the store", cancellationToken);

    /// <summary>Re-reads and re-hashes a ledger on the server; an empty name means all.</summary>
    public IAsyncEnumerable<ScrubProgress> ScrubAsync(string ledger, CancellationToken cancellationToken) =>
        _client.StreamAsync(LedgerMethods.Scrub, new ScrubRequest { Ledger = ledger }, ledger, cancellationToken);

    /// <summary>Goes over to another signing key, which is a file on the server.</summary>
    public IAsyncEnumerable<RotateKeyProgress> RotateKeyAsync(string keyFile, CancellationToken cancellationToken) =>
        _client.StreamAsync(
            LedgerMethods.RotateKey, new RotateKeyRequest { KeyFile = keyFile }, "the store", cancellationToken);

    private async ValueTask<LedgerInfo> AskAboutAsync<TRequest>(
        Method<TRequest, LedgerInfo> method,
        TRequest request,
        string ledger,
        CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
    {
        LedgerInfo info = await _client.AskAsync(method, request, ledger, cancellationToken).ConfigureAwait(false);
        WrongAnswer.DemandEcho(ledger, "ledger", ledger, info.Ledger);
        return info;
    }
}
