// Checkpoints, proofs and receipts as a verifier gets them, checked with nothing but the ledger's vkey.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;
using Checkpoint = LedgerStore.Protocol.V1.Checkpoint;
using Proof = LedgerStore.Proofs.InclusionProof;
using Receipt = LedgerStore.Protocol.V1.Receipt;

namespace LedgerStore.Tests.Server;

public sealed class VerifyTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_checkpointed_append_brings_the_checkpoint_that_covers_it()
    {
        AppendRequest request = Calls.Request("demo", "a", "b", "c");
        request.Ack = Ack.Checkpointed;
        AppendResponse response = await _server.Connect("writer").UnaryAsync(LedgerMethods.Append, request);
        VerifiedCheckpoint verified = Verify(response.Checkpoint.Span);
        Assert.True(verified.Checkpoint.Size >= 3);
        Assert.Equal("test.example.org/demo", verified.Checkpoint.Origin);
    }

    [Fact]
    public async Task Every_entry_is_proven_against_the_checkpoint_and_every_checkpoint_against_the_next()
    {
        LedgerChannel auditor = _server.Connect("auditor");
        Checkpoint first = await FillAsync(300);
        Checkpoint second = await FillAsync(700);
        foreach (ulong index in new ulong[] { 0, 1, 255, 256, 299 })
        {
            LedgerStore.Protocol.V1.InclusionProof proof = await auditor.UnaryAsync(
                LedgerMethods.GetInclusionProof,
                new GetInclusionProofRequest { Ledger = "demo", Index = index, Size = second.Size });
            Assert.True(Proof.IsValid(
                index, second.Size, new Hash256(proof.LeafHash.Span), Hashes(proof.Hashes),
                new Hash256(second.Root.Span)));
        }

        LedgerStore.Protocol.V1.ConsistencyProof path = await auditor.UnaryAsync(
            LedgerMethods.GetConsistencyProof,
            new GetConsistencyProofRequest { Ledger = "demo", From = first.Size, To = second.Size });
        Assert.True(LedgerStore.Proofs.ConsistencyProof.IsValid(
            first.Size, second.Size, new Hash256(first.Root.Span), new Hash256(second.Root.Span), Hashes(path.Hashes)));
    }

    [Fact]
    public async Task A_receipt_waits_for_its_checkpoint_and_proves_its_entry()
    {
        await _server.Connect("writer").AppendAsync("demo", "the one");
        Receipt receipt = await _server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetReceipt, new GetReceiptRequest { Ledger = "demo", Index = 0 });
        string text = receipt.TlogProof.ToStringUtf8();
        Assert.StartsWith("c2sp.org/tlog-proof@v1\n", text);
        Assert.Contains("test.example.org/demo", text);
    }

    [Fact]
    public async Task A_receipt_of_an_entry_that_does_not_exist_is_out_of_range_at_once()
    {
        RpcException refusal = await Calls.RefusalOfAsync(async () => await _server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetReceipt, new GetReceiptRequest { Ledger = "demo", Index = 5 }));
        Assert.Equal(StatusCode.OutOfRange, refusal.Code);
    }

    [Fact]
    public async Task A_watcher_sees_the_newest_checkpoint_and_then_every_other()
    {
        Checkpoint first = await FillAsync(10);
        using ResponseStream<Checkpoint> watch = _server.Connect("auditor").ServerStream(
            LedgerMethods.WatchCheckpoints, new WatchCheckpointsRequest { Ledger = "demo" }, default);
        Assert.True(await watch.Responses.ReadAsync());
        Assert.Equal(first.Size, watch.Responses.Current.Size);
        Checkpoint second = await FillAsync(10);
        do
        {
            Assert.True(await watch.Responses.ReadAsync());
            Verify(watch.Responses.Current.Note.Span);
        }
        while (watch.Responses.Current.Size < second.Size);
    }

    [Fact]
    public async Task A_ledger_without_entries_has_no_checkpoint_yet()
    {
        RpcException refusal = await Calls.RefusalOfAsync(async () => await _server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetCheckpoint, new GetCheckpointRequest { Ledger = "demo" }));
        Assert.Equal((StatusCode.NotFound, "NO_CHECKPOINT"), (refusal.Code, refusal.Info!.Reason));
    }

    [Fact]
    public async Task The_keys_of_a_ledger_are_its_vkeys()
    {
        LogKeys keys = await _server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetLogKeys, new GetLogKeysRequest { Ledger = "demo" });
        Assert.StartsWith("test.example.org/demo+", Assert.Single(keys.Keys).Vkey);
    }

    private async Task<Checkpoint> FillAsync(int records)
    {
        string[] texts = [.. Enumerable.Range(0, records).Select(number => $"record {number}")];
        AppendRequest request = Calls.Request("demo", texts);
        request.Ack = Ack.Checkpointed;
        AppendResponse response = await _server.Connect("writer").UnaryAsync(LedgerMethods.Append, request);
        VerifiedCheckpoint verified = Verify(response.Checkpoint.Span);
        Checkpoint checkpoint = await _server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetCheckpoint,
            new GetCheckpointRequest { Ledger = "demo", Size = verified.Checkpoint.Size });
        Assert.Equal(response.Checkpoint, checkpoint.Note);
        return checkpoint;
    }

    private VerifiedCheckpoint Verify(ReadOnlySpan<byte> note)
    {
        Ledger ledger = _server.Store.GetLedger("demo");
        string vkey = LogKeyFile.VerifierKeyOf(ledger.Origin, _server.Key);
        return LogKeySet.Trust(ledger.Origin, VerifierKey.Parse(vkey)).Open(note, new VerifierKeys());
    }

    private static Hash256[] Hashes(IEnumerable<Google.Protobuf.ByteString> hashes) =>
        [.. hashes.Select(hash => new Hash256(hash.Span))];
}
