// A planted fault: a store that does not look at what a sync returns.
// One simulation each.
using LedgerStore.Engine.Files;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>Ignores the errors of syncs, as FileStream.Flush(true) does.</summary>
internal sealed class IgnoredSyncErrors(IFileSystem below) : ForwardingFileSystem(below)
{
    public override void SyncFileSystem(string path) => Ignore(() => base.SyncFileSystem(path));

    protected override IFile Wrap(IFile file) => new Deaf(file);

    private static void Ignore(Action sync)
    {
        try
        {
            sync();
        }
        catch (StorageException)
        {
            // The planted fault.
        }
    }

    private sealed class Deaf(IFile file) : ForwardingFile(file)
    {
        public override void Sync() => Ignore(base.Sync);
    }
}
