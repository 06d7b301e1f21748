// A server that may change nothing: whoever verifies is served; what must be recorded is not.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;
using Proof = LedgerStore.Proofs.InclusionProof;

namespace LedgerStore.Tests.Server;

public sealed class ReadOnlyServerTests
{
    [Fact]
    public async Task Verifiers_are_served_and_what_must_be_recorded_is_refused()
    {
        RunningServer writing = await RunningServer.StartAsync();
        await writing.Connect("writer").AppendAsync("demo", "a", "b", "c");
        await using RunningServer server = await writing.ReopenToReadAsync();
        Dictionary<string, DateTime> before = Times(server.Data);

        LedgerChannel auditor = server.Connect("auditor");
        LedgerStore.Protocol.V1.Checkpoint newest = await auditor.UnaryAsync(
            LedgerMethods.GetCheckpoint, new GetCheckpointRequest { Ledger = "demo" });
        Assert.Equal(3u, newest.Size);
        LedgerStore.Protocol.V1.InclusionProof proof = await auditor.UnaryAsync(
            LedgerMethods.GetInclusionProof,
            new GetInclusionProofRequest { Ledger = "demo", Index = 1, Size = newest.Size });
        Hash256[] hashes = [.. proof.Hashes.Select(static hash => new Hash256(hash.Span))];
        Assert.True(Proof.IsValid(
            1, newest.Size, new Hash256(proof.LeafHash.Span), hashes, new Hash256(newest.Root.Span)));

        RpcException read = await Calls.RefusalOfAsync(
            () => server.Connect("reader").ReadEventsAsync(new ReadRequest { Ledger = "demo" }));
        Assert.Equal(StatusCode.FailedPrecondition, read.Code);
        RpcException append = await Calls.RefusalOfAsync(
            async () => await server.Connect("writer").AppendAsync("demo", "d"));
        Assert.Equal(StatusCode.FailedPrecondition, append.Code);
        RpcException denied = await Calls.RefusalOfAsync(
            async () => await server.Connect("idle").AppendAsync("demo", "d"));
        Assert.Equal(StatusCode.PermissionDenied, denied.Code);

        await server.Server.StopAsync();
        Assert.Equal(before, Times(server.Data));
    }

    private static Dictionary<string, DateTime> Times(string data) =>
        new DirectoryInfo(data).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .ToDictionary(static info => info.FullName, static info => info.LastWriteTimeUtc, StringComparer.Ordinal);
}
