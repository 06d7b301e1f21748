// The segment files that a start has begun, and takes back when it ends for want of space: nothing names them, the next
// start would begin others beside them, and so eat what was freed for it. Owned by the opening thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Pipeline;

namespace LedgerStore.Engine;

/// <summary>What a start has put on the disk.</summary>
internal sealed class BegunFiles
{
    private readonly IFileSystem _files;
    private readonly ReservingFileSystem _space;
    private readonly StorePaths _paths;
    private readonly UInt128 _storeId;
    private readonly List<string> _created = [];
    private readonly Reserve _reserve;
    private readonly long _reserveBytes;

    /// <summary>Begins to note.</summary>
    public BegunFiles(
        IFileSystem files, ReservingFileSystem space, StorePaths paths, UInt128 storeId, Reserve reserve)
    {
        (_files, _space, _paths, _storeId, _reserve) = (files, space, paths, storeId, reserve);
        _reserveBytes = reserve.Held;
        space.Created = _created;
    }

    /// <summary>The start came to its end.</summary>
    public void Stop() => _space.Created = null;

    /// <summary>Bytes of all of them, and of those that are taken back.</summary>
    public (long All, long TakenBack) Bytes()
    {
        long all = _created.Where(IsSegment).Sum(BytesOf);
        return (all, Unnamed().Sum(BytesOf));
    }

    /// <summary>Deletes what no state.log names, and fills the reserve with that. The start has closed everything.
    /// </summary>
    /// <remarks>Only files that this process made: a segment file that an earlier one left may be all that there is of
    /// something, whatever state.log says. A crash in here leaves some of them, as any crash of a start does.</remarks>
    public void TakeBack()
    {
        Stop();
        try
        {
            using IDisposable alone = _files.Lock(_paths.Lock);
            foreach (string path in Unnamed())
            {
                _files.Delete(path);
            }

            long more = SpaceBudget.Refill(_reserve.Held, _reserveBytes, _files.FreeBytes(_paths.Root));
            if (more > 0)
            {
                _reserve.Resize(_reserve.Held + more);
            }
        }
        catch (Exception cannot) when (cannot is StorageException or DataDirectoryInUseException)
        {
            // The start has failed already, and why is said. What is left here, the next one that succeeds removes.
        }
    }

    private List<string> Unnamed()
    {
        List<string> unnamed = [];
        foreach (IGrouping<string, string> ledger in _created
            .Where(IsSegment)
            .GroupBy(static path => Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path)!)!)))
        {
            if (StorePaths.TryParseLedger(ledger.Key, out uint id) && TryReadState(id) is { } state)
            {
                unnamed.AddRange(ledger.Where(path => _files.Exists(path) && !IsNamed(state, path)));
            }
        }

        return unnamed;
    }

    /// <summary>As the page cache has it, which is at least what is durable. Null: it cannot be read, so nothing is
    /// known of its files.</summary>
    private LedgerState? TryReadState(uint id)
    {
        try
        {
            LedgerStateLog.Open(
                _files, _paths, _storeId, id, FileAccessMode.ReadOnly, out LedgerState state);
            return state;
        }
        catch (Exception unreadable) when (unreadable is StorageException or StoreException)
        {
            return null;
        }
    }

    private static bool IsNamed(LedgerState state, string path) =>
        StorePaths.TryParseSegment(Path.GetFileName(path), out long segment, out uint generation)
        && (state.Sealed.Any(known => known.Segment == segment && known.Generation == generation)
            || (state.Flushed is { } open && open.OpenSegment == segment && open.OpenGeneration == generation));

    private static bool IsSegment(string path) => StorePaths.TryParseSegment(Path.GetFileName(path), out _, out _);

    private long BytesOf(string path)
    {
        if (!_files.Exists(path))
        {
            return 0;
        }

        using IFile file = _files.Open(path, FileAccessMode.ReadOnly);
        return file.Length;
    }
}
