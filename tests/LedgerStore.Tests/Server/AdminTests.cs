// Administration over the wire: what it changes, who may, and what is kept about it.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;
using Status = LedgerStore.Protocol.V1.Status;

namespace LedgerStore.Tests.Server;

public sealed class AdminTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private LedgerChannel _admin = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _admin = _server.Connect("admin");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_ledger_is_created_used_and_frozen_for_good()
    {
        LedgerInfo info = await _admin.UnaryAsync(
            LedgerMethods.CreateLedger, new CreateLedgerRequest { Ledger = "new.one", Salted = true });
        Assert.Equal(("new.one", "test.example.org/new.one", true), (info.Ledger, info.Origin, info.Salted));
        await _server.Connect("writer").AppendAsync("new.one", "x");
        info = await _admin.UnaryAsync(
            LedgerMethods.FreezeLedger, new FreezeLedgerRequest { Ledger = "new.one", Reason = "the year is over" });
        Assert.Equal(State.Frozen, info.State);
        RpcException refusal = await Calls.RefusalOfAsync(
            async () => await _server.Connect("writer").AppendAsync("new.one", "y"));
        Assert.Equal((StatusCode.FailedPrecondition, "LEDGER_FROZEN"), (refusal.Code, refusal.Info!.Reason));
        LedgerChange[] changes = [.. (await _server.ReadAuditAsync()).Select(each => each.Ledger)
            .Where(change => change is { Ledger: "new.one" })];
        Assert.Equal(["created, salted", "frozen"], changes.Select(change => change.Change));
        Assert.Equal("the year is over", changes[1].Reason);
        Assert.Equal(("admin", "admin"), (changes[0].Identity, changes[1].Identity));
        Assert.Equal(("test.example.org/new.one", true), (changes[0].Origin, changes[0].Salted));
    }

    [Fact]
    public async Task A_ledger_that_exists_is_not_created_again()
    {
        RpcException refusal = await Calls.RefusalOfAsync(async () => await _admin.UnaryAsync(
            LedgerMethods.CreateLedger, new CreateLedgerRequest { Ledger = "demo" }));
        Assert.Equal(StatusCode.AlreadyExists, refusal.Code);
    }

    [Theory]
    [InlineData("_audit")]
    [InlineData("_other")]
    [InlineData("UPPER")]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task Names_that_are_the_stores_own_or_none_are_denied(string name)
    {
        RpcException refusal = await Calls.RefusalOfAsync(async () => await _admin.UnaryAsync(
            LedgerMethods.CreateLedger, new CreateLedgerRequest { Ledger = name }));
        Assert.Equal(StatusCode.PermissionDenied, refusal.Code);
    }

    [Fact]
    public async Task The_status_counts_what_is_there()
    {
        await _server.Connect("writer").AppendAsync("demo", "a", "b");
        Status status = await _admin.UnaryAsync(LedgerMethods.GetStatus, new GetStatusRequest());
        Assert.Equal((State.Serving, 2ul), (status.State, status.Ledgers));
        Assert.True(status.Entries >= 2);
        Assert.Equal((uint)StoreLimits.BatchBytesMax, status.Limits.BatchBytes);
        Assert.Empty(status.Problems);
        Assert.Empty(status.History);
        Assert.Empty(status.Anchor.Failure);
    }

    [Fact]
    public async Task The_status_has_the_history_for_whom_asks_for_it()
    {
        await _server.Connect("writer").AppendAsync("demo", "a", "b");
        Status status = new();
        while (status.History.Count == 0)
        {
            await Task.Delay(20);
            status = await _admin.UnaryAsync(LedgerMethods.GetStatus, new GetStatusRequest { WithHistory = true });
        }

        Assert.InRange(status.History[0].Entries, 1ul, status.Entries);
        Assert.InRange(status.History[0].UnsignedEntries, 0ul, status.History[0].Entries);
        Assert.True(status.History[0].FreeBytes > 0);
    }

    [Fact]
    public async Task A_scrub_tells_its_progress_and_its_end()
    {
        await _server.Connect("writer").AppendAsync("demo", [.. Enumerable.Range(0, 1_000).Select(n => $"record {n}")]);

        // In the first second of a store nothing of _audit is signed, so that nothing can be compared with it.
        await _server.Store.GetLedger("_audit").WaitForCheckpointAsync(1);
        using ResponseStream<LedgerStore.Protocol.V1.ScrubProgress> scrub = _admin.ServerStream(
            LedgerMethods.Scrub, new LedgerStore.Protocol.V1.ScrubRequest { Ledger = "demo" }, default);
        bool isDone = false;
        while (await scrub.Responses.ReadAsync())
        {
            isDone = scrub.Responses.Current.Done;
            Assert.Empty(scrub.Responses.Current.Problems);
        }

        Assert.True(isDone);
    }

    [Fact]
    public async Task A_rotated_key_is_served_with_its_statement_and_recorded()
    {
        await _server.Connect("writer").AppendAsync("demo", "a");
        string file = Path.Combine(Directory.CreateTempSubdirectory("ledgerstore-key-").FullName, "next.pem");
        LogKeyFile.Create(file).Dispose();
        using ResponseStream<RotateKeyProgress> rotation = _admin.ServerStream(
            LedgerMethods.RotateKey, new RotateKeyRequest { KeyFile = file }, default);
        RotateKeyProgress last = new();
        while (await rotation.Responses.ReadAsync())
        {
            last = rotation.Responses.Current;
        }

        Assert.Equal(last.LedgersTotal, last.LedgersDone);
        LogKeys keys = await _server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetLogKeys, new GetLogKeysRequest { Ledger = "demo" });
        Assert.Equal(2, keys.Keys.Count);
        Assert.NotEqual(0ul, keys.Keys[0].LastSize);
        Assert.NotEmpty(keys.Keys[1].Statement);
        KeyRotation recorded = Assert.Single(
            (await _server.ReadAuditAsync()).Select(each => each.Key), key => key is not null);
        Assert.Equal(("admin", last.Vkey), (recorded.Identity, recorded.VkeyAfter));
        Assert.Equal((1u, "derived"), (recorded.Number, recorded.Scheme));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task The_catalog_shows_what_one_may_use_and_tiers_to_administrators_only()
    {
        ListLedgersResponse forReader = await _server.Connect("reader").UnaryAsync(
            LedgerMethods.ListLedgers, new ListLedgersRequest());
        Assert.Equal(["_audit", "demo"], forReader.Ledgers.Select(ledger => ledger.Ledger));
        Assert.All(forReader.Ledgers, ledger => Assert.Empty(ledger.Tiers));
        ListLedgersResponse forAdmin = await _admin.UnaryAsync(LedgerMethods.ListLedgers, new ListLedgersRequest());
        Assert.Equal(["demo"], forAdmin.Ledgers.Select(ledger => ledger.Ledger));
        Assert.Single(forAdmin.Ledgers[0].Tiers);
        Assert.Empty((await _server.Connect("idle").UnaryAsync(
            LedgerMethods.ListLedgers, new ListLedgersRequest())).Ledgers);
    }

    [Fact]
    public async Task A_long_catalog_comes_in_pages()
    {
        for (int number = 0; number < 7; number++)
        {
            _server.Store.CreateLedger($"page.{number}");
        }

        List<string> names = [];
        ListLedgersRequest request = new() { Prefix = "page.", PageSize = 3 };
        do
        {
            ListLedgersResponse page = await _admin.UnaryAsync(LedgerMethods.ListLedgers, request);
            names.AddRange(page.Ledgers.Select(ledger => ledger.Ledger));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(Enumerable.Range(0, 7).Select(number => $"page.{number}"), names);
    }
}
