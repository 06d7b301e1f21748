// What the readers of all ledgers of a store share. Owned by the store; any thread.

namespace LedgerStore.Engine.Segments;

/// <summary>The bounded resources that reading segments needs.</summary>
/// <param name="Damaged">Told about damage, on the thread that found it, each time it is found. Must not throw.</param>
internal sealed record SegmentServices(
    FilePool Files,
    MappedSegments Maps,
    BundlePool Pool,
    BundleCache Cache,
    Action<DamageReport> Damaged) : IDisposable
{
    /// <summary>What the scrubber found to be other entries than those that were committed to.</summary>
    public DamagedRanges Withheld { get; } = new();

    /// <summary>Where the payload of cold segments is; null when the store has no such place.</summary>
    public IColdStore? Cold { get; init; }

    public void Dispose()
    {
        Maps.Dispose();
        Files.Dispose();
    }
}
