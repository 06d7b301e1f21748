// Streams that are open while their client's right ends: by the deny list, and by time.

using System.Security.Cryptography;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Tests.Grpc;
using LedgerStore.Tests.Mtls;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class OpenStreamTests
{
    [Fact]
    public async Task A_key_that_is_denied_ends_its_open_streams_and_no_others()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using ResponseStream<ReadResponse> denied = await FollowAsync(server, "reader");
        using RawCall other = await OpenAppendAsync(server);
        byte[] key = ServerPki.Client("reader").PublicKey.ExportSubjectPublicKeyInfo();
        server.ChangePolicy(RunningServer.DefaultPolicy
            + $"deny:\n  - {{ spki: \"sha256:{Convert.ToHexStringLower(SHA256.HashData(key))}\" }}\n");
        RpcException refusal = await Calls.RefusalOfAsync(async () => await ReadToEndAsync(denied));
        Assert.Equal(StatusCode.Unauthenticated, refusal.Code);
        await AppendOneAsync(other);
    }

    [Fact]
    public async Task A_certificate_that_expires_ends_its_open_streams()
    {
        ShiftedTime time = new();
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy, settings => settings with { Time = time });
        using ResponseStream<ReadResponse> follow = await FollowAsync(server, "reader");
        using RawCall append = await OpenAppendAsync(server);
        time.Move(TimeSpan.FromDays(3));
        RpcException refusal = await Calls.RefusalOfAsync(async () => await ReadToEndAsync(follow));
        Assert.Equal(StatusCode.Unauthenticated, refusal.Code);
        refusal = await Calls.RefusalOfAsync(async () => await append.Responses.ReadAsync());
        Assert.Equal(StatusCode.Unauthenticated, refusal.Code);
    }

    private static async Task<ResponseStream<ReadResponse>> FollowAsync(RunningServer server, string identity)
    {
        ResponseStream<ReadResponse> call = server.Connect(identity).ServerStream(
            LedgerMethods.Read, new ReadRequest { Ledger = "demo", Follow = true }, default);
        Assert.True(await call.Responses.ReadAsync());
        Assert.NotNull(call.Responses.Current.CaughtUp);
        return call;
    }

    private static async Task<RawCall> OpenAppendAsync(RunningServer server)
    {
        RawCall call = await server.Connect("writer").OpenRawAsync(LedgerMethods.AppendStream, default);
        await AppendOneAsync(call);
        return call;
    }

    private static async Task AppendOneAsync(RawCall call)
    {
        call.Requests.Write(new AppendRequestHead { Ledger = "demo"u8 }, [3], "abc"u8);
        await call.Requests.FlushAsync();
        Assert.True(await call.Responses.ReadAsync());
    }

    private static async Task ReadToEndAsync(ResponseStream<ReadResponse> call)
    {
        while (await call.Responses.ReadAsync())
        {
        }
    }
}
