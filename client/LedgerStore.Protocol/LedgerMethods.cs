// Every method of the API with its message types, taken from the compiled .proto file.
// Constants; any thread.

using Google.Protobuf;
using Google.Protobuf.Reflection;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Protocol;

/// <summary>The methods of ledgerstore.v1, for the server's registration and for the client's calls.</summary>
public static class LedgerMethods
{
    public static MethodDescriptor<AppendRequest, AppendResponse> Append { get; } =
        Method<AppendRequest, AppendResponse>("Appender", nameof(Append));

    public static MethodDescriptor<AppendRequest, AppendResponse> AppendStream { get; } =
        Method<AppendRequest, AppendResponse>("Appender", nameof(AppendStream));

    public static MethodDescriptor<ReadRequest, ReadResponse> Read { get; } =
        Method<ReadRequest, ReadResponse>("Reader", nameof(Read));

    public static MethodDescriptor<GetCheckpointRequest, Checkpoint> GetCheckpoint { get; } =
        Method<GetCheckpointRequest, Checkpoint>("Verifier", nameof(GetCheckpoint));

    public static MethodDescriptor<WatchCheckpointsRequest, Checkpoint> WatchCheckpoints { get; } =
        Method<WatchCheckpointsRequest, Checkpoint>("Verifier", nameof(WatchCheckpoints));

    public static MethodDescriptor<GetInclusionProofRequest, InclusionProof> GetInclusionProof { get; } =
        Method<GetInclusionProofRequest, InclusionProof>("Verifier", nameof(GetInclusionProof));

    public static MethodDescriptor<GetConsistencyProofRequest, ConsistencyProof> GetConsistencyProof { get; } =
        Method<GetConsistencyProofRequest, ConsistencyProof>("Verifier", nameof(GetConsistencyProof));

    public static MethodDescriptor<GetReceiptRequest, Receipt> GetReceipt { get; } =
        Method<GetReceiptRequest, Receipt>("Verifier", nameof(GetReceipt));

    public static MethodDescriptor<GetLogKeysRequest, LogKeys> GetLogKeys { get; } =
        Method<GetLogKeysRequest, LogKeys>("Verifier", nameof(GetLogKeys));

    public static MethodDescriptor<ListLedgersRequest, ListLedgersResponse> ListLedgers { get; } =
        Method<ListLedgersRequest, ListLedgersResponse>("Catalog", nameof(ListLedgers));

    public static MethodDescriptor<DescribeLedgerRequest, LedgerInfo> DescribeLedger { get; } =
        Method<DescribeLedgerRequest, LedgerInfo>("Catalog", nameof(DescribeLedger));

    public static MethodDescriptor<CreateLedgerRequest, LedgerInfo> CreateLedger { get; } =
        Method<CreateLedgerRequest, LedgerInfo>("Admin", nameof(CreateLedger));

    public static MethodDescriptor<FreezeLedgerRequest, LedgerInfo> FreezeLedger { get; } =
        Method<FreezeLedgerRequest, LedgerInfo>("Admin", nameof(FreezeLedger));

    public static MethodDescriptor<SetRetentionRequest, LedgerInfo> SetRetention { get; } =
        Method<SetRetentionRequest, LedgerInfo>("Admin", nameof(SetRetention));

    public static MethodDescriptor<PlanRetentionRequest, PlanRetentionResponse> PlanRetention { get; } =
        Method<PlanRetentionRequest, PlanRetentionResponse>("Admin", nameof(PlanRetention));

    public static MethodDescriptor<ApplyRetentionRequest, RetentionProgress> ApplyRetention { get; } =
        Method<ApplyRetentionRequest, RetentionProgress>("Admin", nameof(ApplyRetention));

    public static MethodDescriptor<PlaceHoldRequest, Hold> PlaceHold { get; } =
        Method<PlaceHoldRequest, Hold>("Admin", nameof(PlaceHold));

    public static MethodDescriptor<ReleaseHoldRequest, Hold> ReleaseHold { get; } =
        Method<ReleaseHoldRequest, Hold>("Admin", nameof(ReleaseHold));

    public static MethodDescriptor<GetStatusRequest, Status> GetStatus { get; } =
        Method<GetStatusRequest, Status>("Admin", nameof(GetStatus));

    public static MethodDescriptor<ScrubRequest, ScrubProgress> Scrub { get; } =
        Method<ScrubRequest, ScrubProgress>("Admin", nameof(Scrub));

    public static MethodDescriptor<RotateKeyRequest, RotateKeyProgress> RotateKey { get; } =
        Method<RotateKeyRequest, RotateKeyProgress>("Admin", nameof(RotateKey));

    private static MethodDescriptor<TRequest, TResponse> Method<TRequest, TResponse>(string service, string name)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ServiceDescriptor descriptor = LedgerstoreReflection.Descriptor.FindTypeByName<ServiceDescriptor>(service);
        return new MethodDescriptor<TRequest, TResponse>(descriptor, name);
    }
}
