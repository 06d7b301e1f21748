// A data directory answers the page: the same calls as of a server, over the engine's store that is opened for reading
// only. Nothing in the directory is changed, and nobody is asked who he is: he has the files. Any thread.
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Fields;
using LedgerStore.Policy;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.WebConsole.Calls;
using LedgerStore.Wording;

namespace LedgerStore.Cli;

/// <summary>Answers from files.</summary>
internal sealed class DataCalls(Store store) : IConsoleCalls
{
    private static readonly CapabilitySet s_all = CapabilitySet.None
        .With(Capability.Read).With(Capability.Verify).With(Capability.Administer);

    public Task<byte[]> AskAsync(ConsoleMethod method, byte[] request, ServerCallContext call) => Guard(() =>
        Task.FromResult(Answer(method.Method.Name, request).ToByteArray()));

    public Task StreamAsync(
        ConsoleMethod method, byte[] request, IServerStreamWriter<byte[]> answers, ServerCallContext call) =>
        Guard(async () =>
        {
            switch (method.Method.Name)
            {
                case nameof(LedgerMethods.Read):
                    ReadRequest read = ReadRequest.Parser.ParseFrom(request);
                    await new DataRead(Find(read.Ledger), answers, call).RunAsync(read).ConfigureAwait(false);
                    break;
                case nameof(LedgerMethods.Search):
                    await SearchAsync(SearchRequest.Parser.ParseFrom(request), answers, call).ConfigureAwait(false);
                    break;
                case nameof(LedgerMethods.WatchCheckpoints):
                    await WatchAsync(WatchCheckpointsRequest.Parser.ParseFrom(request), answers, call)
                        .ConfigureAwait(false);
                    break;
                default:
                    throw Unknown(method.Method.Name);
            }

            return true;
        });

    private IMessage Answer(string method, byte[] request) => method switch
    {
        nameof(LedgerMethods.ListLedgers) => List(ListLedgersRequest.Parser.ParseFrom(request)),
        nameof(LedgerMethods.DescribeLedger) => LedgerInfos.WithFields(
            Find(DescribeLedgerRequest.Parser.ParseFrom(request).Ledger), s_all),
        nameof(LedgerMethods.GetFields) => Find(GetFieldsRequest.Parser.ParseFrom(request).Ledger).Fields is { } fields
            ? SearchMessages.Of(fields)
            : new FieldsInfo(),
        nameof(LedgerMethods.GetCheckpoint) => CheckpointOf(GetCheckpointRequest.Parser.ParseFrom(request)),
        nameof(LedgerMethods.GetInclusionProof) => InclusionOf(GetInclusionProofRequest.Parser.ParseFrom(request)),
        nameof(LedgerMethods.GetConsistencyProof) =>
            ConsistencyOf(GetConsistencyProofRequest.Parser.ParseFrom(request)),
        nameof(LedgerMethods.GetReceipt) => ReceiptOf(GetReceiptRequest.Parser.ParseFrom(request)),
        nameof(LedgerMethods.GetLogKeys) =>
            ProofMessages.Keys(Find(GetLogKeysRequest.Parser.ParseFrom(request).Ledger)),
        nameof(LedgerMethods.PlanRetention) => PlanOf(PlanRetentionRequest.Parser.ParseFrom(request)),
        nameof(LedgerMethods.GetStatus) => DataStatus.Of(store),
        _ => throw Unknown(method),
    };

    private ListLedgersResponse List(ListLedgersRequest request)
    {
        // One page: who looks at files is not told of a next one.
        ListLedgersResponse response = new();
        foreach (string name in store.LedgerNames.Where(
            name => name.StartsWith(request.Prefix, StringComparison.Ordinal)))
        {
            response.Ledgers.Add(LedgerInfos.Of(Find(name), s_all));
        }

        return response;
    }

    private Checkpoint CheckpointOf(GetCheckpointRequest request)
    {
        Ledger ledger = Find(request.Ledger);
        PublishedCheckpoint? found = request.Size == 0
            ? ledger.Checkpoint
            : ledger.FindCheckpointAtLeast(ProofMessages.SizeOf(request.Size, "size"));
        return ProofMessages.Of(found ?? throw ProofMessages.NoCheckpoint(ledger, request.Size));
    }

    private InclusionProof InclusionOf(GetInclusionProofRequest request) =>
        ProofMessages.Inclusion(Find(request.Ledger), request);

    private ConsistencyProof ConsistencyOf(GetConsistencyProofRequest request) =>
        ProofMessages.Consistency(Find(request.Ledger), request);

    private Receipt ReceiptOf(GetReceiptRequest request)
    {
        Ledger ledger = Find(request.Ledger);
        long index = ProofMessages.SizeOf(request.Index, "index");
        ProofMessages.DemandEntry(ledger, index);
        PublishedCheckpoint covering = ledger.Checkpoint is { } newest && newest.Size > index
            ? newest
            : throw ProofMessages.NoCheckpoint(ledger, request.Index + 1);
        return new Receipt { TlogProof = ByteString.CopyFrom(ledger.MakeReceipt(index, covering.Size)) };
    }

    private PlanRetentionResponse PlanOf(PlanRetentionRequest request)
    {
        PlanRetentionResponse response = new();
        response.Moves.AddRange(Find(request.Ledger).PlanRetention().Select(RetentionMessages.Of));
        return response;
    }

    private async Task SearchAsync(
        SearchRequest request, IServerStreamWriter<byte[]> answers, ServerCallContext call)
    {
        SearchMessages.DemandShort(request.Clauses);
        LedgerSearch search = Find(request.Ledger).Ask(SearchMessages.QuestionOf(request));
        await answers.WriteAsync(SearchMessages.HeadOf(search).ToByteArray()).ConfigureAwait(false);
        await foreach (SearchAnswer answer in search.Answers
            .WithCancellation(call.CancellationToken).ConfigureAwait(false))
        {
            foreach (SearchResponse message in SearchMessages.Of(answer))
            {
                await answers.WriteAsync(message.ToByteArray(), call.CancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Nothing is signed here: the newest one, and then there is no more until whoever watches leaves.
    private async Task WatchAsync(
        WatchCheckpointsRequest request, IServerStreamWriter<byte[]> answers, ServerCallContext call)
    {
        Checkpoint newest = CheckpointOf(new GetCheckpointRequest { Ledger = request.Ledger });
        await answers.WriteAsync(newest.ToByteArray(), call.CancellationToken).ConfigureAwait(false);
        await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken).ConfigureAwait(false);
    }

    private Ledger Find(string name) => store.TryGetLedger(name, out Ledger? ledger)
        ? ledger
        : throw RpcException.Because(StatusCode.NotFound, "LEDGER_NOT_FOUND", $"there is no ledger {name}");

    private static RpcException Unknown(string method) => RpcException.Because(
        StatusCode.Unimplemented, "NOT_OF_FILES", $"{method} is asked of a server; this is a data directory");

    private static async Task<T> Guard<T>(Func<Task<T>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not RpcException && Translate(error) is not null)
        {
            throw Translate(error)!;
        }
    }

    private static RpcException? Translate(Exception error) => error switch
    {
        StoreException => StoreErrors.Translate(error),
        InvalidProtocolBufferException or ArgumentException => RpcException.Because(
            StatusCode.InvalidArgument, "INVALID_ARGUMENT", error.Message),
        OperationCanceledException => RpcException.Of(StatusCode.Cancelled, "the page ended the call").CausedBy(error),
        _ => null,
    };
}
