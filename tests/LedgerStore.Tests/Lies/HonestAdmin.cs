// What an honest server answers to those who administer it: every field has a value, so that every field can be lied
// about. Pure functions; any thread.

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using Status = LedgerStore.Protocol.V1.Status;

namespace LedgerStore.Tests.Lies;

internal static class HonestAdmin
{
    private static readonly Timestamp s_time = Timestamp.FromDateTimeOffset(World.TimeOf(0));

    internal static IReadOnlyList<IMessage> Answer(HonestStore store, string method, ReadOnlySpan<byte> request) =>
        method switch
        {
            "CreateLedger" => [Create(CreateLedgerRequest.Parser.ParseFrom(request))],
            "FreezeLedger" => [store.Describe(FreezeLedgerRequest.Parser.ParseFrom(request).Ledger)],
            "SetRetention" => [store.Describe(SetRetentionRequest.Parser.ParseFrom(request).Ledger)],
            "PlanRetention" => [new PlanRetentionResponse { Moves = { Move(0), Move(65_536) } }],
            "ApplyRetention" => [Progress(1), Progress(2)],
            "PlaceHold" => [Place(PlaceHoldRequest.Parser.ParseFrom(request))],
            "ReleaseHold" => [Release(ReleaseHoldRequest.Parser.ParseFrom(request))],
            "SetFields" => [HonestSearch.FieldsOf(SetFieldsRequest.Parser.ParseFrom(request).Ledger)],
            "SignOff" => [new SignOffResponse { Identity = "auditor" }],
            "GetStatus" => [Status()],
            "Scrub" => [Scrub(1, false), Scrub(2, true)],
            "RotateKey" =>
            [
                new RotateKeyProgress { LedgersTotal = 5 },
                new RotateKeyProgress { LedgersDone = 5, LedgersTotal = 5, Vkey = "a vkey" },
            ],
            _ => throw RpcException.Of(
                StatusCode.Unimplemented, $"the honest server has no answer to {method}: add one to HonestAdmin"),
        };

    internal static Retention Retention() => new()
    {
        WarmAfter = Duration.FromTimeSpan(TimeSpan.FromDays(7)),
        ColdAfter = Duration.FromTimeSpan(TimeSpan.FromDays(30)),
        ExpireAfter = Duration.FromTimeSpan(TimeSpan.FromDays(365)),
        ExpireBeyondBytes = 1 << 30,
        Floor = Duration.FromTimeSpan(TimeSpan.FromDays(90)),
        FillAfter = Duration.FromTimeSpan(TimeSpan.FromDays(1)),
    };

    internal static TierUsage Tier(string name) => new()
    {
        Tier = name,
        Segments = 3,
        Entries = 196_608,
        StoredBytes = 1_000_000,
        RawBytes = 2_000_000,
        Oldest = s_time,
    };

    internal static Hold HoldOf(string ledger, string id, bool isReleased) => new()
    {
        Id = id,
        Ledger = ledger,
        FirstIndex = 10,
        Count = 20,
        Reason = "case 17",
        PlacedBy = "admin",
        Placed = s_time,
        Released = isReleased ? s_time : null,
    };

    private static LedgerInfo Create(CreateLedgerRequest request) => HonestStore.Fill(
        new LedgerInfo { Ledger = request.Ledger, Origin = $"{World.Store}/{request.Ledger}", Vkeys = { "a vkey" } });

    private static PlannedMove Move(ulong first) => new()
    {
        FirstIndex = first,
        Count = 65_536,
        FromTier = "hot",
        ToTier = "warm",
        Due = s_time,
        StoredBytes = 1_000,
        HeldBy = "hold-1",
    };

    private static RetentionProgress Progress(ulong done) => new() { Move = Move(0), Done = done, Total = 2 };

    private static Hold Place(PlaceHoldRequest request)
    {
        Hold hold = HoldOf(request.Ledger, "hold-3", isReleased: false);
        hold.FirstIndex = request.FirstIndex;
        hold.Count = request.Count;
        hold.Reason = request.Reason;
        return hold;
    }

    private static Hold Release(ReleaseHoldRequest request) => HoldOf(request.Ledger, request.Id, isReleased: true);

    private static Status Status() => new()
    {
        State = State.Serving,
        Reason = "as it should be",
        Version = "1.0",
        Started = s_time,
        Ledgers = 5,
        Entries = 1_500,
        StoredBytes = 1_000_000,
        RecoveryProgress = 0.5,
        Problems = { new LedgerProblem { Ledger = "demo", FirstIndex = 1, Count = 2, Reason = "damaged" } },
        Limits = new Limits { EntryBytes = 65_535, PayloadBytes = 64_512, BatchBytes = 1 << 20, BatchRecords = 10_000 },
        DiskFullIn = Duration.FromTimeSpan(TimeSpan.FromDays(100)),
        Disk = new DiskUsage
        {
            IsFull = true,
            BytesToFree = 8,
            FullSince = s_time,
            FreeBytes = 9,
            ReserveBytes = 10,
            AuditBytes = 11,
        },
        Tiers = { Tier("hot"), Tier("warm") },
        Tiering = new Tiering
        {
            Rounds = 1,
            SegmentsRecompressed = 2,
            SegmentsMoved = 3,
            EntriesExpired = 4,
            EntriesFilled = 5,
            Failures = 6,
            Bytes = 7,
            LastFailure = "no room",
            NextExpiry = s_time,
        },
        Anchor = new AnchorState { Behind = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)), Failure = "no room" },
        History =
        {
            new Moment { Time = s_time, Entries = 1_400, UnsignedEntries = 3, StoredBytes = 900_000, FreeBytes = 12 },
        },
    };

    private static ScrubProgress Scrub(ulong done, bool isDone) => new()
    {
        Ledger = "demo",
        Checked = done,
        Total = 2,
        Done = isDone,
        Problems = { new LedgerProblem { Ledger = "demo", FirstIndex = 1, Count = 2, Reason = "damaged" } },
    };
}
