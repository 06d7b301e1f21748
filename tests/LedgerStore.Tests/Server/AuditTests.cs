// What _audit says about accesses: before the answer, in full, and bounded.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class AuditTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_read_is_recorded_at_its_beginning_and_at_its_end_with_the_range()
    {
        await _server.Connect("writer").AppendAsync("demo", "a", "b", "c");
        await _server.Connect("reader").ReadEventsAsync(new ReadRequest { Ledger = "demo", Index = 1 });
        List<Access> accesses = await AccessesOfAsync("reader");
        Assert.Equal(2, accesses.Count);
        Assert.All(accesses, access => Assert.Equal("ledgerstore.v1.Reader/Read", access.Call));
        Assert.All(accesses, access => Assert.Equal("demo", access.Ledger));
        Assert.All(accesses, access => Assert.StartsWith("127.0.0.1:", access.Peer));
        Assert.Equal((0ul, 0ul, ""), (accesses[0].FirstIndex, accesses[0].Count, accesses[0].Status));
        Assert.Equal((1ul, 2ul, "OK"), (accesses[1].FirstIndex, accesses[1].Count, accesses[1].Status));
    }

    [Fact]
    public async Task The_record_is_there_before_the_first_byte_of_the_answer()
    {
        await _server.Connect("writer").AppendAsync("demo", "a");
        using ResponseStream<ReadResponse> call = _server.Connect("reader").ServerStream(
            LedgerMethods.Read, new ReadRequest { Ledger = "demo", Follow = true }, default);
        Assert.True(await call.Responses.ReadAsync());
        Assert.Single(await AccessesOfAsync("reader"));
    }

    [Fact]
    public async Task A_trace_that_the_client_sends_is_in_the_record()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        Metadata headers = new();
        headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        using AsyncServerStreamingCall<ReadResponse> call = _server.Connect("reader").NextInvoker()
            .AsyncServerStreamingCall(
                LedgerMethods.Read, null, new CallOptions(headers), new ReadRequest { Ledger = "demo" });
        Assert.False(await call.ResponseStream.MoveNext(default));
        List<Access> accesses = await AccessesOfAsync("reader");
        Assert.All(accesses, access => Assert.EndsWith(" trace " + trace, access.RequestId));

        headers = new Metadata();
        headers.Add("traceparent", "00-nonsense-01");
        using AsyncServerStreamingCall<ReadResponse> other = _server.Connect("reader").NextInvoker()
            .AsyncServerStreamingCall(
                LedgerMethods.Read, null, new CallOptions(headers), new ReadRequest { Ledger = "demo" });
        Assert.False(await other.ResponseStream.MoveNext(default));
        Assert.DoesNotContain("trace", (await AccessesOfAsync("reader"))[^1].RequestId);
    }

    [Fact]
    public async Task Reading_the_record_is_recorded_itself()
    {
        await _server.Connect("reader").ReadEventsAsync(new ReadRequest { Ledger = "_audit" });
        List<Access> accesses = await AccessesOfAsync("reader");
        Assert.Equal(["_audit", "_audit"], accesses.Select(access => access.Ledger));
    }

    [Fact]
    public async Task Appends_are_their_own_record()
    {
        await _server.Connect("writer").AppendAsync("demo", "a");
        Assert.Empty(await AccessesOfAsync("writer"));
    }

    [Fact]
    public async Task Every_denial_is_counted()
    {
        LedgerChannel idle = _server.Connect("idle");
        for (int number = 0; number < 100; number++)
        {
            RpcException refusal = await Calls.RefusalOfAsync(async () => await idle.AppendAsync("demo", "x"));
            Assert.Equal(StatusCode.PermissionDenied, refusal.Code);
        }

        List<Denials> denials = await DenialsAsync(100);
        Assert.Equal(100, denials.Sum(denial => (long)denial.Count));
        Assert.All(denials, denial => Assert.Equal(("idle", "demo"), (denial.Identity, denial.Ledger)));
    }

    [Fact]
    public async Task Of_the_denials_of_a_second_ten_are_single_some_are_told_apart_and_the_rest_is_the_identitys()
    {
        AccessRecorder recorder = new(_server.Server.Audit, new ManualTime(DateTimeOffset.UnixEpoch));
        for (int number = 0; number < 5_000; number++)
        {
            await recorder.DeniedAsync(new CallFacts("idle", "call", $"l{number}", "192.0.2.7:5", "r"), "no");
        }

        Assert.Equal(10, (await DenialsAsync(10)).Count);
        Assert.Null(await recorder.FlushAsync());
        List<Denials> denials = await DenialsAsync(5_000);
        Assert.Equal(10 + ServerLimits.DenialsNamed.SourceDetails + 1, denials.Count);
        Assert.Equal(5_000, denials.Sum(denial => (long)denial.Count));
        Assert.All(denials, denial => Assert.Equal("idle", denial.Identity));
        Assert.Equal("192.0.2.0/24", denials[10].Peer);
        Assert.Equal(4_974ul, Assert.Single(denials, denial => denial.Ledger == "other").Count);
    }

    [Fact]
    public async Task What_waits_to_be_recorded_is_recorded_at_the_end()
    {
        AccessRecorder recorder = new(_server.Server.Audit, new ManualTime(DateTimeOffset.UnixEpoch));
        for (int number = 0; number < 50_000; number++)
        {
            recorder.HandshakeFailed($"10.{number % 200}.{number / 200}.0/24", "HANDSHAKE_FAILED");
        }

        for (int round = 0; round < 50; round++)
        {
            await recorder.FlushAsync();
            recorder.HandshakeFailed("10.0.0.0/24", "HANDSHAKE_FAILED");
        }

        Assert.True(recorder.WaitingSums > 0);
        await recorder.FlushAllAsync();
        Assert.Equal(50_050, (await DenialsAsync(50_050)).Sum(denial => (long)denial.Count));
        Assert.Equal(0, recorder.WaitingSums);
    }

    [Fact]
    public async Task Of_verify_calls_of_a_second_the_first_is_single_and_the_others_are_a_sum()
    {
        AccessRecorder recorder = new(_server.Server.Audit, TimeProvider.System);
        for (int number = 0; number < 500; number++)
        {
            await recorder.SummedAsync(new CallFacts("auditor", "proof", "demo", "192.0.2.7:5", "r"));
        }

        Assert.Single(await AccessesOfAsync("auditor"));
        await recorder.FlushAsync();
        await recorder.FlushAsync();
        List<Access> accesses = await AccessesOfAsync("auditor");
        Assert.Equal([0ul, 499ul], accesses.Select(access => access.RepeatedCalls));
    }

    [Fact]
    public async Task A_caller_without_a_certificate_is_nobody_and_is_recorded()
    {
        _server.ChangePolicy(RunningServer.DefaultPolicy + "anonymous_tiles: [\"public.*\"]\n");
        RpcException refusal = await Calls.RefusalOfAsync(
            async () => await _server.Connect(null).AppendAsync("demo", "x"));
        Assert.Equal(StatusCode.Unauthenticated, refusal.Code);
        Denials denial = Assert.Single(await DenialsAsync(1));
        Assert.Equal(string.Empty, denial.Identity);
        Assert.Equal("ledgerstore.v1.Appender/Append", denial.Call);
    }

    [Fact]
    public async Task A_failed_handshake_is_recorded_by_its_network()
    {
        await Calls.RefusalOfAsync(async () => await _server.Connect(null).AppendAsync("demo", "x"));
        Denials denial = Assert.Single(await DenialsAsync(1));
        Assert.Equal(("", "tls/handshake", "127.0.0.0/24"), (denial.Identity, denial.Call, denial.Peer));
    }

    [Fact]
    public async Task A_policy_change_is_recorded_with_its_difference_and_a_refused_one_with_its_reason()
    {
        _server.ChangePolicy(RunningServer.DefaultPolicy.Replace("write:  [append]", "write:  [append, read]"));
        _server.ChangePolicy("version: 1\ntrust_domain: example.org\nunheard_of: 1\n");
        List<PolicyChange> changes = await WaitAsync<PolicyChange>(
            events => [.. events.Select(each => each.Policy).Where(each => each is not null)],
            found => found.Count == 3);
        Assert.True(changes[1].Accepted);
        Assert.Contains("+ writer read on \"*\"", changes[1].Difference);
        Assert.Equal(changes[0].Sha256After, changes[1].Sha256Before);
        Assert.False(changes[2].Accepted);
        Assert.Contains("unheard_of", changes[2].Reason);
    }

    [Fact]
    public async Task A_new_policy_ends_the_streams_that_lost_their_right()
    {
        await _server.Connect("writer").AppendAsync("demo", "a");
        using ResponseStream<ReadResponse> call = _server.Connect("reader").ServerStream(
            LedgerMethods.Read, new ReadRequest { Ledger = "demo", Follow = true }, default);
        Assert.True(await call.Responses.ReadAsync());
        Assert.True(await call.Responses.ReadAsync());
        _server.ChangePolicy(RunningServer.DefaultPolicy.Replace("read:   [read]", "read:   [verify]"));
        RpcException refusal = await Calls.RefusalOfAsync(async () => await call.Responses.ReadAsync());
        Assert.Equal(StatusCode.PermissionDenied, refusal.Code);
        List<Access> accesses = await AccessesOfAsync("reader");
        Assert.Equal("PERMISSION_DENIED", accesses[^1].Status);
    }

    private async Task<List<Access>> AccessesOfAsync(string identity) =>
        [.. (await _server.ReadAuditAsync()).Select(each => each.Access)
            .Where(access => access is not null && access.Identity == identity)];

    private Task<List<Denials>> DenialsAsync(long count) => WaitAsync<Denials>(
        events => [.. events.Select(each => each.Denials).Where(each => each is not null)],
        found => found.Sum(denial => (long)denial.Count) >= count);

    // Sums are written a second later: wait for them, not for a time.
    private async Task<List<T>> WaitAsync<T>(Func<List<Event>, List<T>> select, Func<List<T>, bool> isEnough)
    {
        while (true)
        {
            List<T> found = select(await _server.ReadAuditAsync());
            if (isEnough(found))
            {
                return found;
            }

            await Task.Delay(20);
        }
    }
}
