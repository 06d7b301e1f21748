// What everything of one open store stands on. Made by the thread that opens it, before all parts; after that immutable
// but for what each of it guards itself.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>The ground of a store.</summary>
/// <param name="Files">The file system, which takes of the reserve what it finds no space for.</param>
/// <param name="Clock">The time for the next stamp: never less than one before.</param>
/// <param name="Mode">ReadOnly: nothing of the data directory is ever changed.</param>
internal sealed record StoreGround(
    IFileSystem Files,
    StorePaths Paths,
    StoreFile Identity,
    SegmentServices Services,
    Func<long> Clock,
    TimeProvider Time,
    FileAccessMode Mode)
{
    private readonly long _steadyStart = Time.GetTimestamp();

    public UInt128 StoreId => Identity.StoreId;

    public bool IsReadOnly => Mode == FileAccessMode.ReadOnly;

    /// <summary>The time by which things are due: what the store and the wall clock agree has passed.</summary>
    /// <remarks>The store's clock never goes back, so a wall clock that was wrong for a while, and believed, leaves it
    /// ahead for long. Nothing goes before its time because of that.</remarks>
    public long Now() => Math.Min(
        Clock(), (Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Steady time since the store was opened.</summary>
    public long SteadyNanos() => (long)Time.GetElapsedTime(_steadyStart).TotalNanoseconds;

    /// <summary>The same in microseconds.</summary>
    public long SteadyMicros() => SteadyNanos() / 1000;
}
