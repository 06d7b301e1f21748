// What a segment's new file is like. Immutable.

namespace LedgerStore.Engine.Tiering;

/// <summary>What is done with the blocks that keep their payload.</summary>
internal enum SegmentForm
{
    /// <summary>They are copied as they are.</summary>
    Same,

    /// <summary>They are compressed anew, as densely as pays.</summary>
    Dense,

    /// <summary>Their payload stays in the cold store.</summary>
    HashesOnly,
}
