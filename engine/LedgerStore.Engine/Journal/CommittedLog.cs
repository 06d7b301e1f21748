// An append-only log file that knows how much of it is committed: the catalog and every state.log are one.
// Owned by one writer; drivable on one thread. It keeps no handle open between commits: there may be 100,000 of them.
//
// A commit has two halves with a sync after each, split so that one syncfs serves thousands of logs:
//
//   WritePending()      records behind the committed ones           | a new file: everything, as <name>.new
//   -- sync: a crash before it leaves some of the records, or none; what is whole is rolled forward
//   WriteSlot()         the other commit slot, sequence + 1         | <name>.new gets the name
//   -- sync: a crash before it leaves either slot, and the records are there in both cases
//   ConfirmCommitted()
//
// A file that is new, or compacted, is written whole under another name and renamed: it has no state in between.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Journal;

/// <summary>Appends records and commits them; after a crash, exactly the committed ones come back, in order.</summary>
/// <remarks>Records that were written and not committed may come back too: whole, in order, without a gap.</remarks>
internal sealed partial class CommittedLog
{
    private readonly IFileSystem _files;
    private readonly CommittedLogIdentity _identity;
    private readonly uint _headerCrc;

    private CommitSlot _committed;
    private PendingRecords _pending;
    private Phase _phase;

    // The pending records are a whole new file and not an addition to the old one.
    private bool _isRewrite;
    private bool _isOnDisk;
    private bool _isReadOnly;

    // The first of the pending records were found in the file when it was opened. They may have been committed once
    // (if the newest slot was damaged later), so nothing ever drops or cuts them.
    private int _rolledForwardBytes;
    private int _rolledForwardCount;

    // A write of pending records failed half way: some of their bytes are in the file.
    private bool _isPartlyWritten;

    private Exception? _failure;

    private CommittedLog(IFileSystem files, string path, in CommittedLogIdentity identity)
    {
        _files = files;
        Path = path;
        _identity = identity;
        Span<byte> header = stackalloc byte[CommittedLogFormat.HeaderBytes];
        _headerCrc = CommittedLogFormat.EncodeHeader(identity, header);
        _pending = new PendingRecords(_headerCrc, CommittedLogFormat.RecordsOffset);
    }

    private enum Phase
    {
        /// <summary>Records may be appended.</summary>
        Open,

        /// <summary>Written; the caller syncs.</summary>
        RecordsWritten,

        /// <summary>The slot is written, or the new file has its name; the caller syncs.</summary>
        SlotWritten,

        /// <summary>The torn tail is cut; the caller syncs.</summary>
        TailCut,
    }

    public string Path { get; }

    /// <summary>The directory whose sync makes a rename durable.</summary>
    public string Directory => Path[..Path.LastIndexOf('/')];

    /// <summary>Bytes of the file that are committed; 0 before the first commit of a new log.</summary>
    public long CommittedBytes => _committed.Bytes;

    public long CommittedRecords => _committed.Records;

    /// <summary>There is something to commit: appended records, or records that were rolled forward.</summary>
    public bool HasPending => _pending.Count > 0 || _isRewrite;

    /// <summary>Behind the committed records lie bytes of a torn write. They must be gone, durably, before new records
    /// take their place: else an old record could come back behind a new one.</summary>
    public bool HasTornTail { get; private set; }

    /// <summary>Records were found behind the committed ones when the log was opened, and are not committed yet.
    /// </summary>
    public bool HasRolledForward => _rolledForwardCount > 0;

    /// <summary>The first half of a commit is done, and the second one had no space: go on with WriteSlot.</summary>
    public bool IsHalfCommitted => _phase == Phase.RecordsWritten;

    private string NewPath => Path + ".new";

    /// <summary>A log that is not on the disk yet. Its first commit creates the file, also without records.</summary>
    public static CommittedLog CreateNew(IFileSystem files, string path, in CommittedLogIdentity identity) =>
        new(files, path, identity) { _isRewrite = true };

    /// <summary>Opens a log and visits its records: the committed ones, then those rolled forward.</summary>
    /// <remarks>
    /// In ReadWrite mode, records that were rolled forward are pending: they may be in the page cache only (after a
    /// failed sync even as clean pages), so the next commit writes them again. Act on them only after that commit.
    /// In ReadOnly mode nothing is ever changed.
    /// </remarks>
    /// <exception cref="StoreException">Corruption: what is wrong, the file and the offset.</exception>
    public static CommittedLog Open(
        IFileSystem files, string path, in CommittedLogIdentity identity, FileAccessMode mode, LogRecordVisitor visit)
    {
        var log = new CommittedLog(files, path, identity)
        {
            _isOnDisk = true,
            _isReadOnly = mode == FileAccessMode.ReadOnly,
        };
        if (mode == FileAccessMode.ReadWrite)
        {
            // The file may have got its name by a rename that no sync has made durable; records that are committed
            // from now on must not be lost with the name.
            files.SyncDirectory(log.Directory);
        }

        log.Load(visit);
        return log;
    }

    /// <summary>Adds a record to the next commit.</summary>
    public void Append(ushort type, ReadOnlySpan<byte> body)
    {
        CheckUsable(Phase.Open);
        Invariant.That(body.Length <= CommittedLogFormat.BodyBytesMax, "a record has at most 1 MiB");
        _pending.Append(type, body);
    }

    /// <summary>Starts compaction: what is appended from here on is the whole log.</summary>
    public void BeginRewrite()
    {
        CheckUsable(Phase.Open);
        Invariant.That(!HasPending, "a log with pending records is committed before it is compacted");
        _pending = new PendingRecords(_headerCrc, CommittedLogFormat.RecordsOffset);
        _isRewrite = true;
    }

    /// <summary>Forgets what was appended and not committed, compaction too. Only before WritePending, or after it
    /// failed for want of space.</summary>
    /// <remarks>A power cut may bring the records back all the same, if they had been written.</remarks>
    public void DiscardPending()
    {
        CheckUsable(Phase.Open);
        if (_isRewrite)
        {
            _isRewrite = !_isOnDisk;
            _pending = new PendingRecords(
                _headerCrc, _isOnDisk ? _committed.Bytes : CommittedLogFormat.RecordsOffset);
            return;
        }

        _pending.Shorten(_rolledForwardBytes, _rolledForwardCount);
        HasTornTail |= _isPartlyWritten;
    }

    /// <summary>Reads the committed records again, for compaction.</summary>
    /// <exception cref="StoreException">Corruption: what is wrong, the file and the offset.</exception>
    public void ReadCommitted(LogRecordVisitor visit)
    {
        CheckUsable(Phase.Open);
        if (_isOnDisk)
        {
            Read(reader => reader.ReadCommitted(_committed, visit));
        }
    }

    /// <summary>A sync failed, or something else of which nobody knows what it left on the disk: nothing works any
    /// more on this object. Reopen the store; recovery finds out.</summary>
    public void Fail(Exception cause) => _failure ??= cause;

    private void Load(LogRecordVisitor visit) => Read(reader =>
    {
        reader.ReadCommitted(reader.Slot, visit);
        _committed = reader.Slot;
        _pending = new PendingRecords(_headerCrc, _committed.Bytes);
        while (true)
        {
            ReadOnlySpan<byte> record = reader.RollForward(visit);
            if (record.IsEmpty)
            {
                break;
            }

            _pending.AppendEncoded(record);
        }

        _rolledForwardBytes = _pending.Bytes.Length;
        _rolledForwardCount = _pending.Count;
        HasTornTail = reader.FileBytes > reader.Offset;
    });

    private void Read(Action<CommittedLogReader> read)
    {
        long? offset = null;
        try
        {
            using IFile file = _files.Open(Path, FileAccessMode.ReadOnly);
            using var reader = new CommittedLogReader(file, _identity);
            try
            {
                read(reader);
            }
            catch (MalformedDataException)
            {
                offset = reader.Offset;
                throw;
            }
        }
        catch (MalformedDataException damage)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"'{Path}' is damaged at byte {offset ?? damage.Offset:N0}: {damage.What}. "
                + "Restore it from a backup or a replica; nothing was changed",
                damage);
        }
        catch (StorageException error) when (error.Operation == StorageOperation.Read)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"'{Path}' cannot be read: {error.Message} Restore it from a backup or a replica; nothing was changed",
                error);
        }
    }

    private void CheckUsable(Phase expected)
    {
        if (_failure is not null)
        {
            throw new StorageFailedException(_failure);
        }

        Invariant.That(_phase == expected, "the steps of a commit come in order");
    }
}
