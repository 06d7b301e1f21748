// Between the engine's words about checkpoints and proofs and those of the protocol. Pure; any thread.
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using Checkpoint = LedgerStore.Protocol.V1.Checkpoint;
using ConsistencyProof = LedgerStore.Protocol.V1.ConsistencyProof;
using InclusionProof = LedgerStore.Protocol.V1.InclusionProof;
using LogKey = LedgerStore.Protocol.V1.LogKey;

namespace LedgerStore.Wording;

/// <summary>Converts.</summary>
internal static class ProofMessages
{
    public static InclusionProof Inclusion(Ledger ledger, GetInclusionProofRequest request)
    {
        long index = SizeOf(request.Index, "index");
        long size = SizeOf(request.Size, "size");
        InclusionProof response = new() { Index = request.Index, Size = request.Size };
        Span<Hash256> proof = stackalloc Hash256[TreeMath.ProofHashesMax];
        int count = ledger.ProveInclusion(index, size, proof);
        response.LeafHash = BytesOf(ledger.GetLeafHash(index));

        // One piece of memory for all hashes.
        byte[] bytes = Hash256.BytesOf(proof[..count]).ToArray();
        for (int at = 0; at < bytes.Length; at += Hash256.Length)
        {
            response.Hashes.Add(UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(at, Hash256.Length)));
        }

        return response;
    }

    public static ConsistencyProof Consistency(Ledger ledger, GetConsistencyProofRequest request)
    {
        ConsistencyProof response = new() { From = request.From, To = request.To };
        foreach (Hash256 hash in ledger.ProveConsistency(SizeOf(request.From, "from"), SizeOf(request.To, "to")))
        {
            response.Hashes.Add(BytesOf(hash));
        }

        return response;
    }

    public static LogKeys Keys(Ledger ledger)
    {
        LogKeys response = new();
        foreach (LedgerKey key in ledger.Keys)
        {
            response.Keys.Add(new LogKey
            {
                Vkey = key.VerifierKey,
                FirstSize = (ulong)key.FirstSize,
                LastSize = (ulong)(key.LastSize ?? 0),
                Statement = ByteString.CopyFrom(key.Statement.Span),
            });
        }

        return response;
    }

    /// <summary>Refuses an index that the ledger does not have.</summary>
    public static void DemandEntry(Ledger ledger, long index)
    {
        if (index >= ledger.Size)
        {
            throw RpcException.Because(
                StatusCode.OutOfRange, "NO_SUCH_ENTRY",
                $"there is no entry {index}: ledger {ledger.Name} has {ledger.Size} entries",
                ("size", ledger.Size.ToString()));
        }
    }

    public static Checkpoint Of(PublishedCheckpoint checkpoint) => new()
    {
        Note = UnsafeByteOperations.UnsafeWrap(checkpoint.Note),
        Size = (ulong)checkpoint.Size,
        Root = BytesOf(checkpoint.Root),
    };

    private static ByteString BytesOf(Hash256 hash) => ByteString.CopyFrom(Hash256.BytesOf(ref hash));

    public static RpcException NoCheckpoint(Ledger ledger, ulong size) => RpcException.Because(
        StatusCode.NotFound, "NO_CHECKPOINT",
        $"ledger {ledger.Name} has no checkpoint of {Math.Max(1, size)} or more entries yet",
        ("size", (ledger.Checkpoint?.Size ?? 0).ToString()));

    public static long SizeOf(ulong value, string field) => value <= long.MaxValue
        ? (long)value
        : throw RpcException.Because(
            StatusCode.InvalidArgument, "INVALID_ARGUMENT", $"{field} of {value} exceeds the limit of {long.MaxValue}");
}
