// Verifier: checkpoints, proofs, receipts and keys. What it says is checked by the caller against the key it was given
// elsewhere; nothing here asks for trust. Stateless; any thread.
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Following;
using LedgerStore.Server.Rights;
using LedgerStore.Wording;
using Checkpoint = LedgerStore.Protocol.V1.Checkpoint;
using ConsistencyProof = LedgerStore.Protocol.V1.ConsistencyProof;
using InclusionProof = LedgerStore.Protocol.V1.InclusionProof;
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
            : ledger.FindCheckpointAtLeast(ProofMessages.SizeOf(request.Size, "size"));
        long wanted = Math.Max(1, ProofMessages.SizeOf(request.Size, "size"));
        if (found is null && ledger.Size >= wanted)
        {
            // The entries are there, and the checkpoint that covers them is a moment away.
            found = await ledger.WaitForCheckpointAsync(wanted, call.CancellationToken).ConfigureAwait(false);
        }

        return ProofMessages.Of(found ?? throw ProofMessages.NoCheckpoint(ledger, request.Size));
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
                await responses.WriteAsync(ProofMessages.Of(checkpoint)).ConfigureAwait(false);
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
        return ProofMessages.Inclusion(ledger, request);
    }

    public static async ValueTask<ConsistencyProof> ProveConsistencyAsync(
        GetConsistencyProofRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        return ProofMessages.Consistency(ledger, request);
    }

    public static async ValueTask<Receipt> GetReceiptAsync(GetReceiptRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        long index = ProofMessages.SizeOf(request.Index, "index");
        ProofMessages.DemandEntry(ledger, index);
        PublishedCheckpoint checkpoint = await ledger.WaitForCheckpointAsync(index + 1, call.CancellationToken)
            .ConfigureAwait(false);
        byte[] receipt = ledger.MakeReceipt(index, checkpoint.Size);
        return new Receipt { TlogProof = UnsafeByteOperations.UnsafeWrap(receipt) };
    }

    public static async ValueTask<LogKeys> GetKeysAsync(GetLogKeysRequest request, ServerCallContext call)
    {
        Ledger ledger = await CallAccess.Of(call).AllowAsync(request.Ledger).ConfigureAwait(false);
        return ProofMessages.Keys(ledger);
    }
}
