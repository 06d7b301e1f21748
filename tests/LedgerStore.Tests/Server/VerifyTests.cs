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
    private RunningServer server = null!;

    public async Task InitializeAsync() => server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task ACheckpointedAppendBringsTheCheckpointThatCoversIt()
    {
        AppendRequest request = Calls.Request("demo", "a", "b", "c");
        request.Ack = Ack.Checkpointed;
        AppendResponse response = await server.Connect("writer").UnaryAsync(LedgerMethods.Append, request);
        VerifiedCheckpoint verified = Verify(response.Checkpoint.Span);
        Assert.True(verified.Checkpoint.Size >= 3);
        Assert.Equal("test.example.org/demo", verified.Checkpoint.Origin);
    }

    [Fact]
    public async Task EveryEntryIsProvenAgainstTheCheckpointAndEveryCheckpointAgainstTheNext()
    {
        LedgerChannel auditor = server.Connect("auditor");
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
    public async Task AReceiptWaitsForItsCheckpointAndProvesItsEntry()
    {
        await server.Connect("writer").AppendAsync("demo", "the one");
        Receipt receipt = await server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetReceipt, new GetReceiptRequest { Ledger = "demo", Index = 0 });
        string text = receipt.TlogProof.ToStringUtf8();
        Assert.StartsWith("c2sp.org/tlog-proof@v1\n", text);
        Assert.Contains("test.example.org/demo", text);
    }

    [Fact]
    public async Task AReceiptOfAnEntryThatDoesNotExistIsOutOfRangeAtOnce()
    {
        RpcException refusal = await Calls.RefusalOfAsync(async () => await server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetReceipt, new GetReceiptRequest { Ledger = "demo", Index = 5 }));
        Assert.Equal(StatusCode.OutOfRange, refusal.Code);
    }

    [Fact]
    public async Task AWatcherSeesTheNewestCheckpointAndThenEveryOther()
    {
        Checkpoint first = await FillAsync(10);
        using ResponseStream<Checkpoint> watch = server.Connect("auditor").ServerStream(
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
    public async Task ALedgerWithoutEntriesHasNoCheckpointYet()
    {
        RpcException refusal = await Calls.RefusalOfAsync(async () => await server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetCheckpoint, new GetCheckpointRequest { Ledger = "demo" }));
        Assert.Equal((StatusCode.NotFound, "NO_CHECKPOINT"), (refusal.Code, refusal.Info!.Reason));
    }

    [Fact]
    public async Task TheKeysOfALedgerAreItsVkeys()
    {
        LogKeys keys = await server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetLogKeys, new GetLogKeysRequest { Ledger = "demo" });
        Assert.StartsWith("test.example.org/demo+", Assert.Single(keys.Keys).Vkey);
    }

    private async Task<Checkpoint> FillAsync(int records)
    {
        string[] texts = [.. Enumerable.Range(0, records).Select(number => $"record {number}")];
        AppendRequest request = Calls.Request("demo", texts);
        request.Ack = Ack.Checkpointed;
        AppendResponse response = await server.Connect("writer").UnaryAsync(LedgerMethods.Append, request);
        VerifiedCheckpoint verified = Verify(response.Checkpoint.Span);
        Checkpoint checkpoint = await server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetCheckpoint,
            new GetCheckpointRequest { Ledger = "demo", Size = verified.Checkpoint.Size });
        Assert.Equal(response.Checkpoint, checkpoint.Note);
        return checkpoint;
    }

    private VerifiedCheckpoint Verify(ReadOnlySpan<byte> note)
    {
        Ledger ledger = server.Store.GetLedger("demo");
        string vkey = LogKeyFile.VerifierKeyOf(ledger.Origin, server.Key);
        return LogKeySet.Trust(ledger.Origin, VerifierKey.Parse(vkey)).Open(note, new VerifierKeys());
    }

    private static Hash256[] Hashes(IEnumerable<Google.Protobuf.ByteString> hashes) =>
        [.. hashes.Select(hash => new Hash256(hash.Span))];
}
