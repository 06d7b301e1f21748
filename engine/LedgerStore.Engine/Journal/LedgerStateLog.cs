// The state.log of one ledger: what is sealed, what is flushed, producers, checkpoints.
// Owned by the ledger's writer (recovery, then the flusher); one thread at a time. It holds no handle, and of what the
// log says nothing but a number: 100,000 ledgers have one each.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Journal;

/// <summary>Stages records, and commits them alone or together with thousands of other logs.</summary>
/// <remarks>
/// Records stay staged until they are committed: after a failure for want of space the same commit can be tried again.
/// What is staged between WritePending and ConfirmCommitted belongs to the next commit.
/// </remarks>
internal sealed class LedgerStateLog
{
    private const long CompactionBytesMin = 64 * 1024;

    private readonly CommittedLog _log;
    private readonly List<(StateRecordType Type, byte[] Body)> _staged = [];

    // Live bytes when the log was opened or compacted. What was appended since may be live too: nobody knows without
    // reading the log. So compaction may come early, at the latest when the log has doubled, and never late.
    private long _liveBytesMin;
    private long _stagedBytes;
    private int _inCommit;
    private long _liveBytesAfterCommit;

    private LedgerStateLog(
        IFileSystem files, StorePaths paths, UInt128 storeId, uint ledgerId, FileAccessMode mode, LedgerState state)
    {
        var identity = new CommittedLogIdentity(CommittedLogKind.State, storeId, ledgerId);
        string path = paths.StateLog(ledgerId);
        IsNew = !files.Exists(path);
        _log = IsNew
            ? CommittedLog.CreateNew(files, path, identity)
            : CommittedLog.Open(files, path, identity, mode, state.Apply);
        _liveBytesMin = state.LiveBytes;
    }

    /// <summary>There was no file: the ledger was never flushed, or has lost it. The caller knows which.</summary>
    public bool IsNew { get; }

    public string Path => _log.Path;

    public long FileBytes => _log.CommittedBytes;

    /// <summary>There is something to commit: staged records, or records found behind the commit when it was opened.
    /// </summary>
    public bool NeedsCommit => _staged.Count > 0 || _log.HasRolledForward || _log.HasTornTail;

    /// <summary>See <see cref="CommittedLog.IsHalfCommitted"/>.</summary>
    public bool IsHalfCommitted => _log.IsHalfCommitted;

    /// <summary>See <see cref="CommittedLog.HasTornTail"/>.</summary>
    public bool HasTornTail => _log.HasTornTail;

    /// <summary>Opens the log, or prepares a new one: the file is created by the first commit.</summary>
    /// <exception cref="StoreException">Corruption: the ledger is read-only, and this says why.</exception>
    public static LedgerStateLog Open(
        IFileSystem files, StorePaths paths, UInt128 storeId, uint ledgerId, FileAccessMode mode, out LedgerState state)
    {
        state = new LedgerState();
        return new LedgerStateLog(files, paths, storeId, ledgerId, mode, state);
    }

    public void Stage(in SealedRecord segment)
    {
        byte[] body = new byte[SealedRecord.EncodedBytes];
        segment.Encode(body);
        Stage(StateRecordType.Sealed, body);
    }

    public void Stage(in FlushedRecord flushed)
    {
        byte[] body = new byte[FlushedRecord.EncodedBytes];
        flushed.Encode(body);
        Stage(StateRecordType.Flushed, body);
    }

    public void Stage(ProducerSnapshot producer) => Stage(StateRecordType.Producer, producer.Encode());

    public void Stage(CheckpointRecord checkpoint) => Stage(StateRecordType.Checkpoint, checkpoint.Encode());

    public void Stage(TierRecord tier) => Stage(StateRecordType.Tier, tier.Encode());

    public void Stage(TombstoneRecord tombstone) => Stage(StateRecordType.Tombstone, tombstone.Encode());

    public void Stage(HoldRecord hold) => Stage(StateRecordType.Hold, hold.Encode());

    public void Stage(ExpiryProgressRecord progress) => Stage(StateRecordType.ExpiryProgress, progress.Encode());

    public void StageExpiring(AuditRangeRecord expiring) => Stage(StateRecordType.Expiring, expiring.Encode());

    public void StageNotice(AuditRangeRecord notice) => Stage(StateRecordType.Notice, notice.Encode());

    public void CutTornTail() => _log.CutTornTail();

    public void ConfirmTailCut() => _log.ConfirmTailCut();

    /// <summary>First half of a commit; see <see cref="CommittedLog.WritePending"/>.</summary>
    public void WritePending()
    {
        bool isCompaction = Prepare();
        try
        {
            _log.WritePending();
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            _log.DiscardPending();
            if (!isCompaction)
            {
                throw;
            }

            AppendStaged();
            WriteOrDiscard(_log.WritePending);
        }
    }

    /// <summary>Second half of a commit.</summary>
    public void WriteSlot() => _log.WriteSlot();

    /// <summary>Everything that was staged at WritePending is durable.</summary>
    public void ConfirmCommitted()
    {
        _log.ConfirmCommitted();
        Forget();
    }

    /// <summary>Commits with syncs of its own: for one log, or a few.</summary>
    /// <exception cref="StorageException">With IsNoSpace everything is still staged. Anything else ends the use of this
    /// object.</exception>
    public void CommitNow()
    {
        if (!NeedsCommit)
        {
            return;
        }

        bool isCompaction = !_log.IsHalfCommitted && Prepare();
        try
        {
            _log.CommitNow();
        }
        catch (StorageException full) when (full.IsNoSpace && !_log.IsHalfCommitted)
        {
            _log.DiscardPending();
            if (!isCompaction)
            {
                throw;
            }

            AppendStaged();
            WriteOrDiscard(_log.CommitNow);
        }

        Forget();
    }

    /// <summary>A sync that covered this log failed.</summary>
    public void Fail(Exception cause) => _log.Fail(cause);

    private void Stage(StateRecordType type, byte[] body)
    {
        _staged.Add((type, body));
        _stagedBytes += CommittedLogFormat.RecordBytes(body.Length);
    }

    /// <summary>Hands the staged records to the log.</summary>
    /// <returns>True when the log is to be compacted with them.</returns>
    private bool Prepare()
    {
        _inCommit = _staged.Count;
        _liveBytesAfterCommit = _liveBytesMin;
        long bytes = _log.CommittedBytes + _stagedBytes;
        if (_log.HasPending || bytes <= CompactionBytesMin || bytes <= 2 * _liveBytesMin)
        {
            AppendStaged();
            return false;
        }

        var state = new LedgerState();
        _log.ReadCommitted(state.Apply);
        foreach ((StateRecordType type, byte[] body) in _staged)
        {
            state.Apply((ushort)type, body);
        }

        _log.BeginRewrite();
        state.AppendTo(_log);
        _liveBytesAfterCommit = state.LiveBytes;
        return true;
    }

    private void AppendStaged()
    {
        _liveBytesAfterCommit = _liveBytesMin;
        foreach ((StateRecordType type, byte[] body) in _staged)
        {
            _log.Append((ushort)type, body);
        }
    }

    // One record more may still fit where a compacted copy does not.
    private void WriteOrDiscard(Action write)
    {
        try
        {
            write();
        }
        catch (StorageException full) when (full.IsNoSpace && !_log.IsHalfCommitted)
        {
            _log.DiscardPending();
            throw;
        }
    }

    private void Forget()
    {
        for (int i = 0; i < _inCommit; i++)
        {
            _stagedBytes -= CommittedLogFormat.RecordBytes(_staged[i].Body.Length);
        }

        _staged.RemoveRange(0, _inCommit);
        _inCommit = 0;
        _liveBytesMin = _liveBytesAfterCommit;
    }
}
