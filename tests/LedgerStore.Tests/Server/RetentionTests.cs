// Retention and holds over the wire: what is set, what goes, what readers and the record of changes see of it.

using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;
using Receipt = LedgerStore.Protocol.V1.Receipt;
using Status = LedgerStore.Protocol.V1.Status;

namespace LedgerStore.Tests.Server;

public sealed class RetentionTests : IAsyncLifetime
{
    private const int Size = 1_000;
    private static readonly Retention s_now = new() { ExpireAfter = new Duration() };
    private RunningServer _server = null!;
    private LedgerChannel _admin = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _admin = _server.Connect("admin");
        await _server.Connect("writer").AppendAsync(
            "demo", [.. Enumerable.Range(0, Size).Select(number => $"record {number}")]);
        Ledger ledger = _server.Store.GetLedger("demo");
        await ledger.WaitForCheckpointAsync(Size);
        while (ledger.Describe().Tiers.Where(static tier => tier.Tier == "hot").Sum(static tier => tier.Entries) < 768)
        {
            // What moves is told by what is in the files, which have it a moment later.
            await Task.Delay(5);
        }
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_hold_keeps_its_range_the_rest_goes_and_readers_are_told()
    {
        Ledger ledger = _server.Store.GetLedger("demo");
        Hash256[] leaves = [.. Enumerable.Range(0, Size).Select(index => ledger.GetLeafHash(index))];
        Hold hold = await PlaceAsync(300, 1);
        LedgerInfo info = await SetAsync(s_now);
        Assert.Equal(s_now, info.Retention);
        Assert.Equal([hold], info.Holds);
        Assert.Contains(
            (await _admin.UnaryAsync(LedgerMethods.PlanRetention, new PlanRetentionRequest { Ledger = "demo" })).Moves,
            move => move.HeldBy == hold.Id && move.FirstIndex == 256 && move.ToTier == "expired");
        Assert.Equal([(0ul, 256ul), (512ul, 256ul)], await ApplyAsync());

        List<ReadResponse> events = await ReadAsync(new ReadRequest { Ledger = "demo", Index = 100, Limit = 800 });
        Assert.Equal(
            Enumerable.Range(256, 256).Concat(Enumerable.Range(768, 132)).Select(number => $"record {number}"),
            Calls.Records(events));
        ulong next = 100;
        foreach (Expired gone in events.Where(each => each.Expired is not null).Select(each => each.Expired))
        {
            Assert.Equal(next, gone.FirstIndex);
            Assert.Equal(0ul, gone.FirstIndex % gone.Count);
            Hash256[] part = leaves[(int)gone.FirstIndex..(int)(gone.FirstIndex + gone.Count)];
            Assert.Equal(Sha256Batch.PerfectRoot(part, new Hash256[part.Length]).ToArray(), gone.Root.ToByteArray());
            next = gone.FirstIndex + gone.Count == 256 ? 512 : gone.FirstIndex + gone.Count;
        }

        Assert.Equal(768ul, next);
        Assert.Equal(leaves[7], ledger.GetLeafHash(7));

        // Proofs and receipts of what has gone are what they were.
        Receipt receipt = await _server.Connect("auditor").UnaryAsync(
            LedgerMethods.GetReceipt, new GetReceiptRequest { Ledger = "demo", Index = 7 });
        Assert.NotEmpty(receipt.TlogProof);
    }

    [Fact]
    public async Task Each_change_is_recorded_and_tombstones_too()
    {
        Hold hold = await PlaceAsync(0, 0);
        await SetAsync(s_now);
        Assert.Empty(await ApplyAsync());
        await _admin.UnaryAsync(
            LedgerMethods.ReleaseHold,
            new ReleaseHoldRequest { Ledger = "demo", Id = hold.Id, Reason = "case closed" });
        Assert.Equal([(0ul, 768ul)], await ApplyAsync());

        List<Event> events = await _server.ReadAuditAsync();
        RetentionChange change = Assert.Single(events, each => each.Retention is not null).Retention;
        Assert.Equal(("admin", "demo", "the law"), (change.Identity, change.Ledger, change.Reason));
        Assert.Contains("expire_after=never", change.Before, StringComparison.Ordinal);
        Assert.Contains("expire_after=00:00:00", change.After, StringComparison.Ordinal);
        HoldChange[] holds = [.. events.Where(each => each.Hold is not null).Select(each => each.Hold)];
        Assert.Equal([false, true], holds.Select(one => one.Released));
        Assert.Equal(["case 17", "case closed"], holds.Select(one => one.Reason));
        Assert.All(holds, one => Assert.Equal(("admin", hold.Id), (one.Identity, one.Id)));
        int at = events.FindIndex(each => each.Tombstone is not null);
        Tombstone tombstone = events[at].Tombstone;
        Assert.Equal(("demo", 0ul, 768ul, "age"), (
            tombstone.Ledger, tombstone.FirstIndex, tombstone.Count, tombstone.Reason));
        Expired gone = (await ReadAsync(new ReadRequest { Ledger = "demo", Limit = 1 }))[0].Expired;
        Assert.Equal((ulong)at, gone.Tombstone);
    }

    [Fact]
    public async Task Nobody_lowers_a_floor_or_ends_a_hold_without_its_id_and_a_reason()
    {
        await SetAsync(new Retention { Floor = Duration.FromTimeSpan(TimeSpan.FromDays(10)) });
        foreach (Retention refused in (Retention[])
        [
            new Retention { Floor = Duration.FromTimeSpan(TimeSpan.FromDays(9)) },
            new Retention(),
            new Retention { Floor = Duration.FromTimeSpan(TimeSpan.FromDays(11)), ExpireAfter = new Duration() },
            new Retention { Floor = new Duration { Seconds = -1 } },
        ])
        {
            Assert.Equal(StatusCode.InvalidArgument, (await RefusalAsync(() => SetAsync(refused))).Code);
        }

        Hold hold = await PlaceAsync(0, 10);
        Assert.Equal("HOLD_NOT_FOUND", (await RefusalAsync(() => ReleaseAsync("0000", "why"))).Info!.Reason);
        Assert.Equal(StatusCode.InvalidArgument, (await RefusalAsync(() => ReleaseAsync(hold.Id, ""))).Code);
        Assert.Equal(
            StatusCode.PermissionDenied,
            (await RefusalAsync(async () => await _admin.UnaryAsync(
                LedgerMethods.SetRetention, new SetRetentionRequest { Ledger = "_audit", Reason = "x" }))).Code);
    }

    [Fact]
    public async Task An_expired_tile_is_gone_and_a_read_by_time_begins_with_the_marker()
    {
        Timestamp before = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddDays(1));
        await SetAsync(s_now);
        await ApplyAsync();
        List<ReadResponse> events = await ReadAsync(new ReadRequest { Ledger = "demo", Time = before });
        Assert.Equal(0ul, events[0].Expired.FirstIndex);
        Assert.Equal(Size - 768, Calls.Records(events).Count);
        Assert.Empty(await ReadAsync(new ReadRequest { Ledger = "demo", Until = before }));
        Assert.Equal(StoreReason.Expired, Assert.Throws<StoreException>(
            () => _server.Store.GetLedger("demo").TryReadEntryBundle(0, 256)).Reason);
    }

    [Fact]
    public async Task Status_and_description_tell_what_is_where()
    {
        await SetAsync(s_now);
        await ApplyAsync();
        Status status = await _admin.UnaryAsync(LedgerMethods.GetStatus, new GetStatusRequest());
        Assert.True(Assert.Single(status.Tiers, tier => tier.Tier == "hot").RawBytes > 0);
        Assert.Equal(768ul, status.Tiering.EntriesExpired);
        Assert.Equal(768ul, Assert.Single(status.Tiers, tier => tier.Tier == "expired").Entries);
        LedgerInfo info = await _admin.UnaryAsync(
            LedgerMethods.DescribeLedger, new DescribeLedgerRequest { Ledger = "demo" });
        Assert.Equal(768ul, info.FirstReadable);
        Assert.Equal((ulong)Size - 768, Assert.Single(info.Tiers, tier => tier.Tier == "hot").Entries);
        info = await _server.Connect("reader").UnaryAsync(
            LedgerMethods.DescribeLedger, new DescribeLedgerRequest { Ledger = "demo" });
        Assert.Equal((768ul, null, 0), (info.FirstReadable, info.Retention, info.Tiers.Count));
    }

    [Fact]
    public async Task A_ledger_is_created_with_its_retention()
    {
        LedgerInfo info = await _admin.UnaryAsync(
            LedgerMethods.CreateLedger, new CreateLedgerRequest { Ledger = "brief", Retention = s_now });
        Assert.Equal(s_now, info.Retention);
        RpcException refusal = await RefusalAsync(async () => await _admin.UnaryAsync(
            LedgerMethods.CreateLedger,
            new CreateLedgerRequest { Ledger = "none", Retention = new Retention { FillAfter = new Duration() } }));
        Assert.Equal(StatusCode.InvalidArgument, refusal.Code);
        Assert.False(_server.Store.TryGetLedger("none", out _));
    }

    private static Task<RpcException> RefusalAsync(Func<Task> call) => Calls.RefusalOfAsync(call);

    private Task<List<ReadResponse>> ReadAsync(ReadRequest request) =>
        _server.Connect("reader").ReadEventsAsync(request);

    private async Task<LedgerInfo> SetAsync(Retention retention) => await _admin.UnaryAsync(
        LedgerMethods.SetRetention,
        new SetRetentionRequest { Ledger = "demo", Retention = retention, Reason = "the law" });

    private async Task<Hold> PlaceAsync(ulong first, ulong count) => await _admin.UnaryAsync(
        LedgerMethods.PlaceHold,
        new PlaceHoldRequest { Ledger = "demo", FirstIndex = first, Count = count, Reason = "case 17" });

    private async Task ReleaseAsync(string id, string reason) => await _admin.UnaryAsync(
        LedgerMethods.ReleaseHold, new ReleaseHoldRequest { Ledger = "demo", Id = id, Reason = reason });

    private async Task<List<(ulong First, ulong Count)>> ApplyAsync()
    {
        List<(ulong First, ulong Count)> moves = [];
        using ResponseStream<RetentionProgress> call = _admin.ServerStream(
            LedgerMethods.ApplyRetention, new ApplyRetentionRequest { Ledger = "demo" }, default);
        while (await call.Responses.ReadAsync())
        {
            if (call.Responses.Current.Move is { } move)
            {
                moves.Add((move.FirstIndex, move.Count));
            }
        }

        return moves;
    }
}
