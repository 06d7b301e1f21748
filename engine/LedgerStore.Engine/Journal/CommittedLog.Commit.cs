// The two halves of a commit. Order is the safety argument here: see the head of CommittedLog.cs.
// Called by the log's one writer.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

internal sealed partial class CommittedLog
{
    // Open during a half only, or during CommitNow.
    private IFile? _file;
    private bool _keepsFile;

    /// <summary>Cuts the torn tail. The caller syncs, then calls <see cref="ConfirmTailCut"/>.</summary>
    public void CutTornTail()
    {
        CheckUsable(Phase.Open);
        Guard(() =>
        {
            UseFile(Path).SetLength(_committed.Bytes + _rolledForwardBytes);
            ReleaseFile();
        });
        _phase = Phase.TailCut;
    }

    public void ConfirmTailCut()
    {
        CheckUsable(Phase.TailCut);
        HasTornTail = false;
        _phase = Phase.Open;
    }

    /// <summary>First half. The caller syncs the file or the file system.</summary>
    /// <exception cref="StorageException">With IsNoSpace nothing is lost: free space and call it again, or discard.
    /// Anything else ends the use of this object.</exception>
    public void WritePending()
    {
        CheckUsable(Phase.Open);
        Invariant.That(_isRewrite || !HasTornTail, "a torn tail is cut before new records take its place");
        Guard(_isRewrite ? WriteNewFile : WriteRecords);
        ReleaseFile();
        _phase = Phase.RecordsWritten;
    }

    /// <summary>Second half, after the first one is durable. The caller syncs the file (after a rewrite: the
    /// directory) or the file system.</summary>
    /// <exception cref="StorageException">With IsNoSpace, call it again later.</exception>
    public void WriteSlot()
    {
        CheckUsable(Phase.RecordsWritten);
        Guard(_isRewrite ? ExchangeFiles : WriteOtherSlot);
        ReleaseFile();
        _phase = Phase.SlotWritten;
    }

    /// <summary>Everything is durable.</summary>
    public void ConfirmCommitted()
    {
        CheckUsable(Phase.SlotWritten);
        _committed = NextSlot();
        _pending = new PendingRecords(_headerCrc, _committed.Bytes);
        if (_isRewrite)
        {
            HasTornTail = false;
        }

        _rolledForwardBytes = 0;
        _rolledForwardCount = 0;
        _isPartlyWritten = false;
        _isOnDisk = true;
        _isRewrite = false;
        _phase = Phase.Open;
    }

    /// <summary>Commits with syncs of its own.</summary>
    /// <exception cref="StorageException">With IsNoSpace the records are still pending, and not committed: call it
    /// again, or discard them. Anything else ends the use of this object.</exception>
    public void CommitNow()
    {
        // One handle for writing and syncing: an error of write-back that happens in between is reported to it.
        _keepsFile = true;
        try
        {
            CommitAndSync();
        }
        finally
        {
            _keepsFile = false;
            ReleaseFile();
        }
    }

    private void CommitAndSync()
    {
        if (HasTornTail && !_isRewrite)
        {
            CutTornTail();
            SyncFile();
            ConfirmTailCut();
        }

        if (!HasPending)
        {
            return;
        }

        if (IsHalfCommitted)
        {
            // The records are written: there was no space for the slot the last time.
            UseFile(_isRewrite ? NewPath : Path);
        }
        else
        {
            WritePending();
        }

        SyncFile();
        WriteSlot();
        if (_isRewrite)
        {
            SyncDirectoryNow();
        }
        else
        {
            SyncFile();
        }

        ConfirmCommitted();
    }

    private void SyncFile() => FailOnError(() => _file!.Sync());

    private void SyncDirectoryNow() => FailOnError(() => _files.SyncDirectory(Directory));

    private void WriteRecords()
    {
        _isPartlyWritten = true;
        UseFile(Path).Write(_committed.Bytes, _pending.Bytes);
    }

    private void WriteOtherSlot()
    {
        CommitSlot slot = NextSlot();
        Span<byte> bytes = stackalloc byte[CommittedLogFormat.SlotBytes];
        CommittedLogFormat.EncodeSlot(slot, _headerCrc, bytes);
        UseFile(Path).Write(CommittedLogFormat.SlotOffset(slot.Sequence), bytes);
    }

    private void WriteNewFile()
    {
        if (_files.Exists(NewPath))
        {
            // Left over from a crash, or from a time without space.
            _files.Delete(NewPath);
        }

        CommitSlot slot = NextSlot();
        byte[] head = new byte[CommittedLogFormat.RecordsOffset];
        CommittedLogFormat.EncodeHeader(_identity, head);

        // Both slots from the start, so that damage of one is harmless from the start.
        CommitSlot twin = slot with { Sequence = slot.Sequence - 1 };
        CommittedLogFormat.EncodeSlot(slot, _headerCrc, head.AsSpan((int)CommittedLogFormat.SlotOffset(slot.Sequence)));
        CommittedLogFormat.EncodeSlot(twin, _headerCrc, head.AsSpan((int)CommittedLogFormat.SlotOffset(twin.Sequence)));
        try
        {
            _file = _files.Create(NewPath, FileAccessMode.ReadWrite);
            _file.Write(0, head);
            _file.Write(CommittedLogFormat.RecordsOffset, _pending.Bytes);
        }
        catch (StorageException full) when (full.IsNoSpace && _file is not null)
        {
            // What did not fit must not take the space of what does.
            _file.Dispose();
            _file = null;
            _files.Delete(NewPath);
            throw;
        }
    }

    private void ExchangeFiles() => _files.Rename(NewPath, Path);

    private CommitSlot NextSlot() => _isRewrite
        ? new CommitSlot(CommittedLogFormat.RecordsOffset + _pending.Bytes.Length, _pending.Count, 2)
        : new CommitSlot(
            _committed.Bytes + _pending.Bytes.Length, _committed.Records + _pending.Count, _committed.Sequence + 1);

    // A full disk is the only failure that leaves this object usable: what was written is written again.
    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            ReleaseFile();
            throw;
        }
        catch (Exception error)
        {
            Fail(error);
            ReleaseFile();
            throw;
        }
    }

    private IFile UseFile(string path)
    {
        Invariant.That(!_isReadOnly, "a log that was opened to be read is not written");
        return _file ??= _files.Open(path, FileAccessMode.ReadWrite);
    }

    private void ReleaseFile()
    {
        if (!_keepsFile)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private void FailOnError(Action sync)
    {
        try
        {
            sync();
        }
        catch (Exception error)
        {
            Fail(error);
            throw;
        }
    }
}
