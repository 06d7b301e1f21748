// Verifier: checkpoints, proofs, receipts and keys. What it says is checked by the caller against the key it was given
// elsewhere; nothing here asks for trust. Stateless; any thread.
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Following;
using LedgerStore.Server.Rights;
using Checkpoint = LedgerStore.Protocol.V1.Checkpoint;
using ConsistencyProof = LedgerStore.Protocol.V1.ConsistencyProof;
using InclusionProof = LedgerStore.Protocol.V1.InclusionProof;
using LogKey = LedgerStore.Protocol.V1.LogKey;
using Receipt = LedgerStore.Protocol.V1.Receipt;

namespace LedgerStore.Server.Services;

/// <summary>The service of the capability <c>verify</c>.</summary>
internal static class VerifyService
{
    public static async ValueTask<Checkpoint> GetCheckpointAsync(GetCheckpointRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        PublishedCheckpoint? found = request.Size == 0
            ? ledger.Checkpoint
            : ledger.FindCheckpointAtLeast(SizeOf(request.Size, "size"));
        long wanted = Math.Max(1, SizeOf(request.Size, "size"));
        if (found is null && ledger.Size >= wanted)
        {
            // The entries are there, and the checkpoint that covers them is a moment away.
            found = await ledger.WaitForCheckpointAsync(wanted, call.CancellationToken).ConfigureAwait(false);
        }

        return MessageOf(found ?? throw NoCheckpoint(ledger, request.Size));
    }

    public static async ValueTask WatchAsync(
        WatchCheckpointsRequest request, IServerStreamWriter<Checkpoint> responses, ServerCallContext call)
    {
        CallAccess access = CallAccess.Of(call);
        Ledger ledger = await access.AllowAsync(request.Ledger).ConfigureAwait(false);
        access.OpenStream(access.MeterOf(request.Ledger));
        await call.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        long from = ledger.Checkpoint?.Size ?? 0;
        FollowerTurns turns = access.Services.Followers.Turns;
        Follower follower = new();
        try
        {
            await foreach (PublishedCheckpoint checkpoint in ledger
                .FollowCheckpointsAsync(from, call.CancellationToken)
                .ConfigureAwait(false))
            {
                await turns.WaitAsync(follower, call.CancellationToken).ConfigureAwait(false);
                await responses.WriteAsync(MessageOf(checkpoint)).ConfigureAwait(false);
                access.NoteDelivered(checkpoint.Size, 1);

                // The next checkpoint is waited for without a turn.
                turns.Leave(follower);
            }
        }
        finally
        {
            follower.Unregister();
            turns.Leave(follower);
        }
    }

    public static async ValueTask<InclusionProof> ProveInclusionAsync(
        GetInclusionProofRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        long index = SizeOf(request.Index, "index");
        InclusionProof response = new()
        {
            Index = request.Index,
            Size = request.Size,
        };
        AddProof(response, ledger, index, SizeOf(request.Size, "size"));
        return response;
    }

    public static async ValueTask<ConsistencyProof> ProveConsistencyAsync(
        GetConsistencyProofRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        ConsistencyProof response = new() { From = request.From, To = request.To };
        foreach (Hash256 hash in ledger.ProveConsistency(SizeOf(request.From, "from"), SizeOf(request.To, "to")))
        {
            response.Hashes.Add(BytesOf(hash));
        }

        return response;
    }

    public static async ValueTask<Receipt> GetReceiptAsync(GetReceiptRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        long index = SizeOf(request.Index, "index");
        if (index >= ledger.Size)
        {
            throw RpcException.Because(
                StatusCode.OutOfRange, "NO_SUCH_ENTRY",
                $"there is no entry {index}: ledger {ledger.Name} has {ledger.Size} entries",
                ("size", ledger.Size.ToString()));
        }

        PublishedCheckpoint checkpoint = await ledger.WaitForCheckpointAsync(index + 1, call.CancellationToken)
            .ConfigureAwait(false);
        byte[] receipt = ledger.MakeReceipt(index, checkpoint.Size);
        return new Receipt { TlogProof = UnsafeByteOperations.UnsafeWrap(receipt) };
    }

    public static async ValueTask<LogKeys> GetKeysAsync(GetLogKeysRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
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

    private static void AddProof(InclusionProof response, Ledger ledger, long index, long size)
    {
        Span<Hash256> proof = stackalloc Hash256[TreeMath.ProofHashesMax];
        int count = ledger.ProveInclusion(index, size, proof);
        response.LeafHash = BytesOf(ledger.GetLeafHash(index));

        // One piece of memory for all hashes.
        byte[] bytes = Hash256.BytesOf(proof[..count]).ToArray();
        for (int at = 0; at < bytes.Length; at += Hash256.Length)
        {
            response.Hashes.Add(UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(at, Hash256.Length)));
        }
    }

    private static Checkpoint MessageOf(PublishedCheckpoint checkpoint) => new()
    {
        Note = UnsafeByteOperations.UnsafeWrap(checkpoint.Note),
        Size = (ulong)checkpoint.Size,
        Root = BytesOf(checkpoint.Root),
    };

    private static ByteString BytesOf(Hash256 hash) => ByteString.CopyFrom(Hash256.BytesOf(ref hash));

    private static RpcException NoCheckpoint(Ledger ledger, ulong size) => RpcException.Because(
        StatusCode.NotFound, "NO_CHECKPOINT",
        $"ledger {ledger.Name} has no checkpoint of {Math.Max(1, size)} or more entries yet",
        ("size", (ledger.Checkpoint?.Size ?? 0).ToString()));

    private static long SizeOf(ulong value, string field) => value <= long.MaxValue
        ? (long)value
        : throw RpcException.Because(
            StatusCode.InvalidArgument, "INVALID_ARGUMENT", $"{field} of {value} exceeds the limit of {long.MaxValue}");
}
