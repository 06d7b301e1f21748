// From a page to a real server and back: what is read, followed and refused, and that nothing else passes.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Server;
using LedgerStore.WebConsole.Calls;
using LedgerStore.WebConsole.Hosting;
using Xunit;

namespace LedgerStore.Tests.WebConsole;

public sealed class ForwarderTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private ConsoleHost _console = null!;
    private ConsoleVisitor _page = null!;
    private readonly List<LedgerClient> _clients = [];

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        await _server.Connect("writer").AppendAsync("demo", "a", "b", "c");
        await _server.Store.GetLedger("demo").WaitForCheckpointAsync(3);
        Dictionary<ConsoleNeed, LedgerClient> clients = new()
        {
            [ConsoleNeed.Read] = Connect("reader"),
            [ConsoleNeed.Verify] = Connect("auditor"),
            [ConsoleNeed.Administer] = Connect("admin"),
        };
        _console = await ConsoleHost.StartAsync(new ConsoleOptions
        {
            Facts = new ConsoleFacts { Source = "server", Address = $"{_server.Address}", Version = "1" },
            Calls = new Forwarder(need => clients[need], TimeProvider.System),
        });
        _page = await ConsoleVisitor.EnterAsync(_console);
    }

    public async Task DisposeAsync()
    {
        _page.Dispose();
        await _console.DisposeAsync();
        _clients.ForEach(client => client.Dispose());
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_page_reads_verifies_and_sees_what_each_certificate_may_see()
    {
        Assert.Equal(["a", "b", "c"], Calls.Records(await ReadAsync(new ReadRequest { Ledger = "demo" })));
        Checkpoint checkpoint = await _page.Invoker.AsyncUnaryCall(
            LedgerMethods.GetCheckpoint, null, default, new GetCheckpointRequest { Ledger = "demo" });
        Assert.Equal(3ul, checkpoint.Size);
        InclusionProof proof = await _page.Invoker.AsyncUnaryCall(
            LedgerMethods.GetInclusionProof, null, default,
            new GetInclusionProofRequest { Ledger = "demo", Index = 1, Size = 3 });
        Assert.Equal(2, proof.Hashes.Count);

        // Holds and retention are the administrator's; _audit is not his, and described all the same.
        LedgerInfo demo = await DescribeAsync("demo");
        Assert.NotNull(demo.Retention);
        LedgerInfo audit = await DescribeAsync("_audit");
        Assert.Null(audit.Retention);
        Event[] recorded = [.. await _server.ReadAuditAsync()];
        Assert.Contains(recorded, each => each.Access is { Identity: "reader", Call: "ledgerstore.v1.Reader/Read" });
        Assert.Contains(recorded, each => each.Access is { Identity: "auditor" });
    }

    [Fact]
    public async Task A_page_follows_and_the_servers_stream_ends_with_it()
    {
        using CancellationTokenSource leaving = new();
        using AsyncServerStreamingCall<ReadResponse> tail = _page.Invoker.AsyncServerStreamingCall(
            LedgerMethods.Read, null, new CallOptions(cancellationToken: leaving.Token),
            new ReadRequest { Ledger = "demo", FromEnd = 0, Follow = true });
        Assert.True(await tail.ResponseStream.MoveNext(default));
        Assert.NotNull(tail.ResponseStream.Current.CaughtUp);
        await _server.Connect("writer").AppendAsync("demo", "later");
        Assert.True(await tail.ResponseStream.MoveNext(default));
        Assert.Equal(["later"], Calls.Records([tail.ResponseStream.Current]));
        await leaving.CancelAsync();

        // The server records how a stream ended: this one by its client.
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
        while (!(await _server.ReadAuditAsync()).Exists(
            each => each.Access is { Identity: "reader", Status: "CANCELLED" }))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    [Fact]
    public async Task An_error_comes_with_its_status_its_sentence_and_its_details()
    {
        RpcException refusal = await Assert.ThrowsAsync<RpcException>(async () => await _page.Invoker.AsyncUnaryCall(
            LedgerMethods.GetReceipt, null, default, new GetReceiptRequest { Ledger = "demo", Index = 99 }));
        Assert.Equal((StatusCode.OutOfRange, "NO_SUCH_ENTRY", "3"),
            (refusal.StatusCode, refusal.Info!.Reason, refusal.Info!.Metadata["size"]));
        Assert.Contains("no entry 99", refusal.Status.Detail, StringComparison.Ordinal);
        RpcException stream = await Assert.ThrowsAsync<RpcException>(
            () => ReadAsync(new ReadRequest { Ledger = "nothing" }));
        Assert.Equal((StatusCode.NotFound, "LEDGER_NOT_FOUND"), (stream.StatusCode, stream.Info!.Reason));
    }

    [Fact]
    public async Task A_deadline_of_the_page_ends_the_call()
    {
        using AsyncServerStreamingCall<Checkpoint> watch = _page.Invoker.AsyncServerStreamingCall(
            LedgerMethods.WatchCheckpoints, null, new CallOptions(deadline: DateTime.UnixEpoch),
            new WatchCheckpointsRequest { Ledger = "demo" });
        RpcException late = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(default));
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
    }

    [Fact]
    public async Task Calls_that_are_not_on_the_list_have_no_way_through()
    {
        int before = (await _server.ReadAuditAsync()).Count;
        IMethod[] others =
        [
            LedgerMethods.Append, LedgerMethods.AppendStream, LedgerMethods.CreateLedger, LedgerMethods.FreezeLedger,
            LedgerMethods.SetRetention, LedgerMethods.ApplyRetention, LedgerMethods.PlaceHold,
            LedgerMethods.ReleaseHold, LedgerMethods.Scrub, LedgerMethods.RotateKey, LedgerMethods.SetFields,
        ];
        foreach (string path in others.Select(method => method.FullName)
            .Append("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"))
        {
            using HttpResponseMessage refused = await _page.PostAsync(path, new byte[5]);
            Assert.True(GrpcStatus(refused) is not "0", path);
        }

        Assert.Equal(before, (await _server.ReadAuditAsync()).Count);
    }

    [Fact]
    public async Task What_is_too_large_or_no_message_is_refused_and_the_console_goes_on()
    {
        byte[] large = new byte[RawMessage.RequestBytesMax * 2];
        using HttpResponseMessage body = await _page.PostAsync(LedgerMethods.GetCheckpoint.FullName, large);
        Assert.NotEqual("0", GrpcStatus(body));

        // It says four gigabytes, and has none.
        using HttpResponseMessage claim = await _page.PostAsync(
            LedgerMethods.GetCheckpoint.FullName, [0, 255, 255, 255, 255, 1]);
        Assert.NotEqual("0", GrpcStatus(claim));
        using HttpResponseMessage noise = await _page.PostAsync(
            LedgerMethods.GetCheckpoint.FullName, [0, 0, 0, 0, 2, 255, 255]);
        Assert.NotEqual("0", GrpcStatus(noise));
        Assert.Equal(["a", "b", "c"], Calls.Records(await ReadAsync(new ReadRequest { Ledger = "demo" })));
    }

    private static string? GrpcStatus(HttpResponseMessage response) => !response.IsSuccessStatusCode
        ? $"HTTP {response.StatusCode}"
        : response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values.Single() : "0";

    private async Task<LedgerInfo> DescribeAsync(string ledger) => await _page.Invoker.AsyncUnaryCall(
        LedgerMethods.DescribeLedger, null, default, new DescribeLedgerRequest { Ledger = ledger });

    private async Task<List<ReadResponse>> ReadAsync(ReadRequest request)
    {
        using AsyncServerStreamingCall<ReadResponse> call = _page.Invoker.AsyncServerStreamingCall(
            LedgerMethods.Read, null, default, request);
        List<ReadResponse> events = [];
        while (await call.ResponseStream.MoveNext(default))
        {
            events.Add(call.ResponseStream.Current);
        }

        return events;
    }

    private LedgerClient Connect(string identity)
    {
        LedgerClient client = new(new LedgerClientOptions
        {
            Address = _server.Address,
            Certificate = ServerPki.Client(identity),
            TrustedRoots = ServerPki.Roots,
            ConnectTimeout = TimeSpan.FromMinutes(2), // no test fails on a time
        });
        _clients.Add(client);
        return client;
    }
}
