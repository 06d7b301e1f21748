// What the readers of all ledgers of a store share. Owned by the store; any thread.

using LedgerStore.Proofs;

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
    // Hot tiles with the nodes inside them, of all ledgers: 32 MiB at most.
    private const int TilesMax = 2048;

    /// <summary>The nodes of all trees that were read last.</summary>
    public TileNodes Nodes { get; } = new(TilesMax);

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
