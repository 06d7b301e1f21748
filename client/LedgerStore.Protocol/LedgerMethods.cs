// Every method of the API with its message types, taken from the compiled .proto file.
// Constants; any thread.

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using LedgerStore.Protocol.V1;
using Status = LedgerStore.Protocol.V1.Status;

namespace LedgerStore.Protocol;

/// <summary>The methods of ledgerstore.v1, for the server's registration and for the client's calls.</summary>
public static class LedgerMethods
{
    public static Method<AppendRequest, AppendResponse> Append { get; } =
        Method<AppendRequest, AppendResponse>("Appender", nameof(Append));

    public static Method<AppendRequest, AppendResponse> AppendStream { get; } =
        Method<AppendRequest, AppendResponse>("Appender", nameof(AppendStream));

    public static Method<ReadRequest, ReadResponse> Read { get; } =
        Method<ReadRequest, ReadResponse>("Reader", nameof(Read));

    public static Method<GetCheckpointRequest, Checkpoint> GetCheckpoint { get; } =
        Method<GetCheckpointRequest, Checkpoint>("Verifier", nameof(GetCheckpoint));

    public static Method<WatchCheckpointsRequest, Checkpoint> WatchCheckpoints { get; } =
        Method<WatchCheckpointsRequest, Checkpoint>("Verifier", nameof(WatchCheckpoints));

    public static Method<GetInclusionProofRequest, InclusionProof> GetInclusionProof { get; } =
        Method<GetInclusionProofRequest, InclusionProof>("Verifier", nameof(GetInclusionProof));

    public static Method<GetConsistencyProofRequest, ConsistencyProof> GetConsistencyProof { get; } =
        Method<GetConsistencyProofRequest, ConsistencyProof>("Verifier", nameof(GetConsistencyProof));

    public static Method<GetReceiptRequest, Receipt> GetReceipt { get; } =
        Method<GetReceiptRequest, Receipt>("Verifier", nameof(GetReceipt));

    public static Method<GetLogKeysRequest, LogKeys> GetLogKeys { get; } =
        Method<GetLogKeysRequest, LogKeys>("Verifier", nameof(GetLogKeys));

    public static Method<ListLedgersRequest, ListLedgersResponse> ListLedgers { get; } =
        Method<ListLedgersRequest, ListLedgersResponse>("Catalog", nameof(ListLedgers));

    public static Method<DescribeLedgerRequest, LedgerInfo> DescribeLedger { get; } =
        Method<DescribeLedgerRequest, LedgerInfo>("Catalog", nameof(DescribeLedger));

    public static Method<CreateLedgerRequest, LedgerInfo> CreateLedger { get; } =
        Method<CreateLedgerRequest, LedgerInfo>("Admin", nameof(CreateLedger));

    public static Method<FreezeLedgerRequest, LedgerInfo> FreezeLedger { get; } =
        Method<FreezeLedgerRequest, LedgerInfo>("Admin", nameof(FreezeLedger));

    public static Method<SetRetentionRequest, LedgerInfo> SetRetention { get; } =
        Method<SetRetentionRequest, LedgerInfo>("Admin", nameof(SetRetention));

    public static Method<PlanRetentionRequest, PlanRetentionResponse> PlanRetention { get; } =
        Method<PlanRetentionRequest, PlanRetentionResponse>("Admin", nameof(PlanRetention));

    public static Method<ApplyRetentionRequest, RetentionProgress> ApplyRetention { get; } =
        Method<ApplyRetentionRequest, RetentionProgress>("Admin", nameof(ApplyRetention));

    public static Method<PlaceHoldRequest, Hold> PlaceHold { get; } =
        Method<PlaceHoldRequest, Hold>("Admin", nameof(PlaceHold));

    public static Method<ReleaseHoldRequest, Hold> ReleaseHold { get; } =
        Method<ReleaseHoldRequest, Hold>("Admin", nameof(ReleaseHold));

    public static Method<GetStatusRequest, Status> GetStatus { get; } =
        Method<GetStatusRequest, Status>("Admin", nameof(GetStatus));

    public static Method<ScrubRequest, ScrubProgress> Scrub { get; } =
        Method<ScrubRequest, ScrubProgress>("Admin", nameof(Scrub));

    public static Method<RotateKeyRequest, RotateKeyProgress> RotateKey { get; } =
        Method<RotateKeyRequest, RotateKeyProgress>("Admin", nameof(RotateKey));

    public static Method<SetFieldsRequest, FieldsInfo> SetFields { get; } =
        Method<SetFieldsRequest, FieldsInfo>("Admin", nameof(SetFields));

    public static Method<GetFieldsRequest, FieldsInfo> GetFields { get; } =
        Method<GetFieldsRequest, FieldsInfo>("Searcher", nameof(GetFields));

    public static Method<SignOffRequest, SignOffResponse> SignOff { get; } =
        Method<SignOffRequest, SignOffResponse>("Reviewer", nameof(SignOff));

    public static Method<SearchRequest, SearchResponse> Search { get; } =
        Method<SearchRequest, SearchResponse>("Searcher", nameof(Search));

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(string service, string name)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ServiceDescriptor descriptor = LedgerstoreReflection.Descriptor.FindTypeByName<ServiceDescriptor>(service);
        MethodDescriptor method = descriptor.FindMethodByName(name);
        return MessageMarshaller.MethodOf(
            method,
            MessageMarshaller.Of((MessageParser<TRequest>)method.InputType.Parser),
            MessageMarshaller.Of((MessageParser<TResponse>)method.OutputType.Parser));
    }
}
