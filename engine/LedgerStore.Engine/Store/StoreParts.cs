// What the parts of a store stand on: files, paths, identity, clock, journal pool, segment services.
// Made by the opening thread; after that immutable but for what each part guards itself.
using LedgerStore.Engine.Append;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Recovery;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine;

/// <summary>The ground of a store.</summary>
internal sealed record StoreParts(
    IFileSystem Files,
    StorePaths Paths,
    StoreTuning Tuning,
    FlushLimits FlushLimits,
    StoreFile StoreFile,
    Catalog Catalog,
    JournalPool Journal,
    SegmentServices Services,
    Reserve Reserve,
    Backlog Backlog,
    EntryBuilder Builder,
    BatchFingerprint Fingerprints,
    Func<long> Clock,
    LedgerOpener Opener,
    SigningOptions? Signing,
    StoreKeys Keys,
    TimeProvider Time,
    IDisposable DirectoryLock) : IDisposable
{
    /// <summary>Nothing of the data directory is ever changed.</summary>
    public required bool IsReadOnly { get; init; }

    public void Dispose()
    {
        Journal.Dispose();
        Services.Dispose();

        // Last: from here on another process may open the directory.
        DirectoryLock.Dispose();
    }
}
