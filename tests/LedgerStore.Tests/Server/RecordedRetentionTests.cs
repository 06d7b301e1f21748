// Somebody edits the files that have policies and holds, checksums included: nothing goes, and it is said why.
using Google.Protobuf.WellKnownTypes;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;
using Status = LedgerStore.Protocol.V1.Status;

namespace LedgerStore.Tests.Server;

public sealed class RecordedRetentionTests : IAsyncLifetime
{
    private const int Size = 1_000;
    private static readonly Retention s_now = new() { ExpireAfter = new Duration() };
    private RunningServer _server = null!;

    private Ledger Ledger => _server.Store.GetLedger("demo");

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        await _server.Connect("writer").AppendAsync(
            "demo", [.. Enumerable.Range(0, Size).Select(number => $"record {number}")]);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_hold_that_was_taken_out_of_the_files_still_holds()
    {
        Hold hold = await PlaceAsync();
        await SetAsync(s_now);
        _server = await _server.RestartAsync(DropHolds);
        Assert.Empty(Ledger.Holds);
        await Ledger.ApplyRetentionAsync();
        Assert.Empty(Ledger.Expired);
        Assert.Contains(hold.Id, await ProblemAsync(), StringComparison.Ordinal);
        await WaitForFindingAsync(hold.Id);

        // Put right by whoever may: the hold anew, and the end of the old one.
        Hold again = await PlaceAsync();
        await ReleaseAsync(hold.Id);
        await Ledger.ApplyRetentionAsync();
        Assert.Equal([(0, 256), (512, 256)], Ledger.Expired.Select(one => (one.FirstIndex, one.Count)));
        Assert.Empty((await _server.Store.ScrubAsync()).Findings);
        Assert.Equal(string.Empty, await ProblemAsync());
        Assert.Equal([again.Id], Ledger.Holds.Select(one => one.Id));
        Assert.Equal("HOLD_NOT_FOUND", (await Calls.RefusalOfAsync(() => ReleaseAsync(hold.Id))).Info!.Reason);
    }

    [Fact]
    public async Task A_policy_that_nobody_set_does_nothing()
    {
        await SetAsync(new Retention { WarmAfter = new Duration() });
        _server = await _server.RestartAsync(data => SetPolicy(data, new() { ExpireAfter = TimeSpan.Zero }));
        await Ledger.ApplyRetentionAsync();
        Assert.Empty(Ledger.Expired);
        Assert.Contains("expire_after=00:00:00", await ProblemAsync(), StringComparison.Ordinal);

        await SetAsync(s_now);
        await Ledger.ApplyRetentionAsync();
        Assert.Equal(768, Ledger.FirstReadable);
        Assert.Empty((await _server.Store.ScrubAsync()).Findings);
        Assert.Equal(string.Empty, await ProblemAsync());
    }

    [Fact]
    public async Task A_floor_that_was_lowered_in_the_files_is_as_high_as_it_was()
    {
        TimeSpan floor = TimeSpan.FromDays(400);
        await SetAsync(new Retention { Floor = Duration.FromTimeSpan(floor) });
        _server = await _server.RestartAsync(data => SetPolicy(data, new() { ExpireAfter = TimeSpan.Zero }));

        // Nor is it lowered by setting the policy anew: what the file says is not followed.
        Assert.Equal("INVALID_ARGUMENT", (await Calls.RefusalOfAsync(() => SetAsync(s_now))).Info!.Reason);
        await Ledger.ApplyRetentionAsync();
        Assert.Empty(Ledger.Expired);
        Assert.Contains("400.00:00:00", await ProblemAsync(), StringComparison.Ordinal);
    }

    private static void DropHolds(string data)
    {
        LinuxFileSystem files = new();
        StorePaths paths = new(data);
        UInt128 store = StoreFileAccess.Load(files, paths).StoreId;
        LedgerStateLog log = LedgerStateLog.Open(
            files, paths, store, DemoOf(files, paths, store).Id, FileAccessMode.ReadWrite, out LedgerState state);
        foreach (HoldRecord hold in state.Holds)
        {
            log.Stage(hold with { ReleasedMicros = 1 });
        }

        log.CommitNow();
    }

    private static void SetPolicy(string data, RetentionPolicy policy)
    {
        LinuxFileSystem files = new();
        StorePaths paths = new(data);
        UInt128 store = StoreFileAccess.Load(files, paths).StoreId;
        uint id = DemoOf(files, paths, store).Id;
        Catalog.Open(files, paths, store, FileAccessMode.ReadWrite).SetRetention(
            id, policy.Encode(), AuditEvent.Unsaid);
    }

    private static CatalogLedger DemoOf(LinuxFileSystem files, StorePaths paths, UInt128 store) =>
        Catalog.Open(files, paths, store, FileAccessMode.ReadOnly).Find("demo")!;

    private async Task<string> ProblemAsync()
    {
        Status status = await _server.Connect("admin").UnaryAsync(LedgerMethods.GetStatus, new GetStatusRequest());
        return string.Join('\n', status.Problems.Where(one => one.Ledger == "demo").Select(one => one.Reason));
    }

    private async Task WaitForFindingAsync(string text)
    {
        // The queue is written once a second.
        while (!(await _server.ReadAuditAsync()).Exists(one =>
            one.Finding is { Ledger: "demo" } finding && finding.Evidence.Contains(text, StringComparison.Ordinal)))
        {
            await Task.Delay(50);
        }
    }

    private async Task SetAsync(Retention retention) => await _server.Connect("admin").UnaryAsync(
        LedgerMethods.SetRetention,
        new SetRetentionRequest { Ledger = "demo", Retention = retention, Reason = "the law" });

    private async Task<Hold> PlaceAsync() => await _server.Connect("admin").UnaryAsync(
        LedgerMethods.PlaceHold,
        new PlaceHoldRequest { Ledger = "demo", FirstIndex = 300, Count = 1, Reason = "case 17" });

    private async Task ReleaseAsync(string id) => await _server.Connect("admin").UnaryAsync(
        LedgerMethods.ReleaseHold, new ReleaseHoldRequest { Ledger = "demo", Id = id, Reason = "placed anew" });
}
