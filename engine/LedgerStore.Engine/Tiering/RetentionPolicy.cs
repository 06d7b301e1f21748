// How long the entries of a ledger are kept, and where. Immutable: any thread. The catalog keeps the encoded form.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine;

/// <summary>The retention policy of a ledger. Ages are those of the newest entry of a segment or bundle.</summary>
public sealed record RetentionPolicy
{
    private const uint Version = 1;
    private static readonly TimeSpan s_fillAfterMin = TimeSpan.FromMinutes(1);
    private const int EncodedBytes = 4 + (6 * 8);

    /// <summary>Everything is kept as it was written.</summary>
    public static RetentionPolicy KeepAll { get; } = new();

    /// <summary>Segments are written again, denser; null: never.</summary>
    public TimeSpan? WarmAfter { get; init; }

    /// <summary>Segments go to the cold store; null: never.</summary>
    public TimeSpan? ColdAfter { get; init; }

    /// <summary>Entries are deleted; null: never.</summary>
    public TimeSpan? ExpireAfter { get; init; }

    /// <summary>The oldest entries are deleted while the ledger has more stored bytes; 0: no limit.</summary>
    public long ExpireBeyondBytes { get; init; }

    /// <summary>Nothing younger is deleted, whatever else says so. It can be raised, never lowered.</summary>
    public TimeSpan Floor { get; init; }

    /// <summary>A bundle that is incomplete for so long is filled up with entries of the store, a minute at least;
    /// null: never. The last of its entries decides when it goes, so what is in it goes up to this much later than its
    /// age says.</summary>
    public TimeSpan? FillAfter { get; init; }

    /// <summary>Every limit by name, as tombstones and records of changes have it. It never changes: what `_audit` has
    /// is compared with it.</summary>
    public override string ToString() =>
        $"warm_after={Text(WarmAfter)} cold_after={Text(ColdAfter)} expire_after={Text(ExpireAfter)} "
        + $"expire_beyond_bytes={ExpireBeyondBytes} floor={Text(Floor)} fill_after={Text(FillAfter)}";

    /// <summary>Refuses a policy that no ledger can have.</summary>
    /// <exception cref="StoreException">InvalidArgument.</exception>
    public void Check() => CheckAfter(before: null);

    internal byte[] Encode()
    {
        byte[] body = new byte[EncodedBytes];
        RecordBodyWriter writer = new(body);
        writer.WriteU32(Version);
        writer.WriteI64(Optional(WarmAfter));
        writer.WriteI64(Optional(ColdAfter));
        writer.WriteI64(Optional(ExpireAfter));
        writer.WriteI64(ExpireBeyondBytes);
        writer.WriteI64(Micros(Floor));
        writer.WriteI64(Optional(FillAfter));
        return body;
    }

    internal static RetentionPolicy Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        FormatCheck.That(reader.ReadU32() == Version, "a version of retention policies that is not known", 0);
        RetentionPolicy policy = new()
        {
            WarmAfter = Span(reader.ReadI64()),
            ColdAfter = Span(reader.ReadI64()),
            ExpireAfter = Span(reader.ReadI64()),
            ExpireBeyondBytes = reader.ReadI64(),
            Floor = Age(reader.ReadI64()),
            FillAfter = Span(reader.ReadI64()),
        };
        reader.End();
        return policy;
    }

    /// <summary>Refuses a policy that cannot be meant, or that lowers the floor.</summary>
    /// <exception cref="StoreException">InvalidArgument.</exception>
    internal void CheckAfter(RetentionPolicy? before)
    {
        TimeSpan?[] spans = [WarmAfter, ColdAfter, ExpireAfter, FillAfter, Floor];
        if (Array.Exists(spans, static span => span < TimeSpan.Zero) || ExpireBeyondBytes < 0)
        {
            throw Invalid("an age or a size is negative");
        }

        if (Floor < (before?.Floor ?? TimeSpan.Zero))
        {
            throw Invalid($"the floor is {before!.Floor}, it can be raised and never lowered: {Floor} was asked for");
        }

        if (FillAfter < s_fillAfterMin)
        {
            throw Invalid($"filling up after {FillAfter} would write more filler than entries; wait {s_fillAfterMin}");
        }

        if (ExpireAfter < Floor)
        {
            throw Invalid($"entries would expire after {ExpireAfter}, which is before the floor of {Floor}");
        }
    }

    internal static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Text(TimeSpan? span) => span is { } set ? $"{set:c}" : "never";

    // 0 is "never", so what is set is one more.
    private static long Optional(TimeSpan? span) => span is { } set ? Micros(set) + 1 : 0;

    private static TimeSpan? Span(long stored) => stored == 0 ? null : Age(stored - 1);

    private static TimeSpan Age(long micros)
    {
        FormatCheck.That(micros <= Micros(TimeSpan.MaxValue), "an age is longer than any", 0);
        return TimeSpan.FromMicroseconds(micros);
    }

    private static StoreException Invalid(string what) => new(StoreReason.InvalidArgument, what);
}
