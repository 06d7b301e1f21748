// The tiers of a segment; the numbers are in state.log and never change. Pure: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>What became of a complete segment.</summary>
internal enum SegmentTier : byte
{
    /// <summary>As it was written.</summary>
    Hot = 0,

    /// <summary>Written again, denser; same entries.</summary>
    Warm = 1,

    /// <summary>The payload is in the cold store, hashes are here.</summary>
    Cold = 2,

    /// <summary>There is no payload any more, hashes are here.</summary>
    Expired = 3,
}

/// <summary>What follows from a tier.</summary>
internal static class SegmentTiers
{
    /// <summary>The local file has hashes only, and its name says so.</summary>
    public static bool IsTilesOnly(this SegmentTier tier) => tier is SegmentTier.Cold or SegmentTier.Expired;

    public static string Name(this SegmentTier tier) => tier switch
    {
        SegmentTier.Warm => "warm",
        SegmentTier.Cold => "cold",
        SegmentTier.Expired => "expired",
        _ => "hot",
    };
}
