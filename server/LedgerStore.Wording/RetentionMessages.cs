// Between the engine's words about retention and those of the protocol. Pure; any thread.
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LedgerStore.Engine;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using EngineMove = LedgerStore.Engine.PlannedMove;
using EngineStatus = LedgerStore.Engine.TieringStatus;
using PlannedMove = LedgerStore.Protocol.V1.PlannedMove;

namespace LedgerStore.Wording;

/// <summary>Converts.</summary>
internal static class RetentionMessages
{
    /// <summary>The policy of a message; what is not set is off.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: a duration that is none.</exception>
    public static RetentionPolicy PolicyOf(Retention? message) => message is null
        ? RetentionPolicy.KeepAll
        : new RetentionPolicy
        {
            WarmAfter = Span(message.WarmAfter),
            ColdAfter = Span(message.ColdAfter),
            ExpireAfter = Span(message.ExpireAfter),
            ExpireBeyondBytes = Number(message.ExpireBeyondBytes, "expire_beyond_bytes"),
            Floor = Span(message.Floor) ?? TimeSpan.Zero,
            FillAfter = Span(message.FillAfter),
        };

    public static Retention Of(RetentionPolicy policy) => new()
    {
        WarmAfter = DurationOf(policy.WarmAfter),
        ColdAfter = DurationOf(policy.ColdAfter),
        ExpireAfter = DurationOf(policy.ExpireAfter),
        ExpireBeyondBytes = (ulong)policy.ExpireBeyondBytes,
        Floor = policy.Floor == TimeSpan.Zero ? null : DurationOf(policy.Floor),
        FillAfter = DurationOf(policy.FillAfter),
    };

    public static Hold Of(string ledger, LegalHold hold) => new()
    {
        Id = hold.Id,
        Ledger = ledger,
        FirstIndex = (ulong)hold.FirstIndex,
        Count = (ulong)hold.Count,
        Reason = hold.Reason,
        PlacedBy = hold.PlacedBy,
        Placed = Timestamp.FromDateTimeOffset(hold.Placed),
        Released = TimeOf(hold.Released),
    };

    public static TierUsage Of(TierShare share) => new()
    {
        Tier = share.Tier,
        Segments = (ulong)share.Segments,
        Entries = (ulong)share.Entries,
        StoredBytes = (ulong)share.StoredBytes,
        RawBytes = (ulong)share.RawBytes,
        Oldest = TimeOf(share.Oldest),
    };

    /// <summary>A move; one that nothing is known to make due has no time.</summary>
    public static PlannedMove Of(EngineMove move) => new()
    {
        FirstIndex = (ulong)move.FirstIndex,
        Count = (ulong)move.Count,
        FromTier = move.From,
        ToTier = move.To,
        Due = move.Due == DateTimeOffset.MaxValue ? null : Timestamp.FromDateTimeOffset(move.Due),
        StoredBytes = (ulong)move.StoredBytes,
        HeldBy = move.HeldBy,
    };

    public static Tiering Of(EngineStatus status) => new()
    {
        Rounds = (ulong)status.Rounds,
        SegmentsRecompressed = (ulong)status.Recompressed,
        SegmentsMoved = (ulong)status.MovedCold,
        EntriesExpired = (ulong)status.Expired,
        EntriesFilled = (ulong)status.Filled,
        Failures = (ulong)status.Failures,
        Bytes = (ulong)status.Bytes,
        LastFailure = status.LastFailure ?? string.Empty,
        NextExpiry = TimeOf(status.NextExpiry),
    };

    /// <summary>An index, a count or a size of a request.</summary>
    public static long Number(ulong value, string field) => value <= long.MaxValue
        ? (long)value
        : throw Invalid($"{field} is {value}, the limit is {long.MaxValue}");

    public static RpcException Invalid(string what) =>
        RpcException.Because(StatusCode.InvalidArgument, "INVALID_ARGUMENT", what);

    private static TimeSpan? Span(Duration? duration)
    {
        // Ten thousand years, as google.protobuf.Duration says.
        const long secondsMax = 315_576_000_000;
        return duration is null ? null
            : duration.Seconds is >= 0 and <= secondsMax && duration.Nanos is >= 0 and < 1_000_000_000
                ? new TimeSpan((duration.Seconds * TimeSpan.TicksPerSecond) + (duration.Nanos / 100))
            : throw Invalid("an age is negative, longer than ten thousand years, or no duration at all");
    }

    private static Duration? DurationOf(TimeSpan? span) => span is { } set ? Duration.FromTimeSpan(set) : null;

    private static Timestamp? TimeOf(DateTimeOffset? time) =>
        time is { } set ? Timestamp.FromDateTimeOffset(set) : null;
}
