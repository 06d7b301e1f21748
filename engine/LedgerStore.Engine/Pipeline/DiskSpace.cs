// Whether the disk is full, and what follows: appends are refused until the whole reserve is there again with some room
// beside it, and somebody is told how much that takes. What was accepted goes on with the reserve's help.
// Begun by whoever finds no space; kept up and ended by the flusher. Any thread.
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Pipeline;

/// <summary>The parts of the store that ask the disk for space, each on its own thread.</summary>
internal enum DiskUser
{
    Journal,
    Segments,
    Flush,

    /// <summary>The reserve is not whole.</summary>
    Reserve,
}

/// <summary>Turns "no space left" into a refusal of appends, and its end into a welcome.</summary>
internal sealed class DiskSpace
{
    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_flushInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Gate _gate;
    private readonly Reserve _reserve;
    private readonly Backlog _backlog;
    private readonly SpaceBudget _budget;
    private readonly IFileSystem _files;
    private readonly string _root;
    private readonly TimeProvider _time;
    private int _fullUsers;
    private StorageException? _cause;
    private long _missing;
    private long _free;
    private long _episodes;
    private DateTimeOffset _since;
    private long _lookedAt;
    private long _flushedAt;
    private bool _isFlushWanted;

    public DiskSpace(
        Gate gate, Reserve reserve, IFileSystem files, string root, TimeProvider time)
    {
        (_gate, _reserve, _backlog, _files, _root, _time) = (gate, reserve, reserve.Backlog, files, root, time);
        _budget = _backlog.Budget;
        reserve.OnGiven = full => Report(DiskUser.Reserve, full);
    }

    /// <summary>Appends are refused.</summary>
    public bool IsFull => Volatile.Read(ref _fullUsers) != 0;

    /// <summary>How it is, for people.</summary>
    public DiskFacts Facts
    {
        get
        {
            lock (_lock)
            {
                return new DiskFacts(
                    IsFull,
                    _episodes,
                    IsFull ? _since : null,
                    IsFull ? _missing : 0,
                    _backlog.Held,
                    _backlog.Bytes,
                    Math.Max(0, _backlog.Held - _backlog.Bytes - _budget.KeptBytes));
            }
        }
    }

    /// <summary>Reports the outcome of a write: null when there was space.</summary>
    public void Report(DiskUser user, StorageException? full)
    {
        if (IsReported(user) == (full is not null))
        {
            return;
        }

        lock (_lock)
        {
            Set(user, full);
        }
    }

    /// <summary>Whether the disk has room for something that can wait, and enough is left then.</summary>
    public bool HasRoomFor(long bytes) =>
        !_budget.IsKept || (!IsFull && _files.FreeBytes(_root) >= bytes + _budget.ResumeBytes);

    /// <summary>Keeps the reserve as large as it must be, and says so when it is whole again. Called by the flusher
    /// whenever it does anything, and four times a second while the disk is full.</summary>
    /// <param name="journal">What the journal has to grow by before it can take another frame.</param>
    /// <returns>Whether somebody who waited was let in, or told.</returns>
    public bool Turn(long journal)
    {
        if (!_budget.IsKept)
        {
            return false;
        }

        lock (_lock)
        {
            bool wasFull = IsFull;
            bool worked = false;
            if (!wasFull)
            {
                worked = Grow();
                Look();
            }

            if (IsFull)
            {
                Refill(journal);
            }

            return worked || wasFull != IsFull;
        }
    }

    /// <summary>Whether everything is to be flushed now, so that a start would need little space.</summary>
    public bool TakeFlush()
    {
        lock (_lock)
        {
            bool isLate = IsFull && _backlog.TouchedBytes > _budget.BacklogBytesMin / 16
                && _time.GetElapsedTime(_flushedAt) >= s_flushInterval;
            if (!_isFlushWanted && !isLate)
            {
                return false;
            }

            _isFlushWanted = false;
            _flushedAt = _time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Makes the reserve what it must be before anything is appended, or refuses appends until that is
    /// possible. When the store is opened.</summary>
    public void RestoreReserve()
    {
        lock (_lock)
        {
            if (!_budget.IsKept)
            {
                _reserve.Resize(0);
                return;
            }

            if (!TryResize(_budget.Target(_backlog.Bytes)))
            {
                Refill(journal: 0);
            }
        }
    }

    private bool Grow()
    {
        long wanted = _gate.WantedBytes;
        long backlog = _backlog.Bytes + wanted;
        if (!_budget.IsTight(_backlog.Held, backlog) || !TryResize(_budget.Ample(backlog)) || wanted == 0)
        {
            return false;
        }

        _gate.Retry();
        return true;
    }

    /// <summary>A disk that is nearly full counts as full: what lies beside the store's own files needs some space
    /// too, and a write that fails costs more than one that is not begun.</summary>
    private void Look()
    {
        if (_lookedAt != 0 && _time.GetElapsedTime(_lookedAt) < s_lookInterval)
        {
            return;
        }

        _lookedAt = _time.GetTimestamp();
        _free = _files.FreeBytes(_root);
        if (_free < _budget.LowBytes)
        {
            Set(DiskUser.Reserve, NoSpace());
        }
    }

    private void Refill(long journal)
    {
        long target = _budget.Target(_backlog.Bytes);
        _free = _files.FreeBytes(_root);
        long take = SpaceBudget.Refill(_backlog.Held, target, _free);
        if (_backlog.Held > target + _budget.StepBytes)
        {
            // What a backlog needed that is written by now.
            _reserve.Resize(target);
            _free = _files.FreeBytes(_root);
        }
        else if (take > 0)
        {
            // A quota may be what is used up, and the file system have space: then nothing is free for us.
            _free = TryResize(_backlog.Held + take) ? _files.FreeBytes(_root) : 0;
        }

        if (_budget.MayResume(_backlog.Held, target, _free, journal))
        {
            Set(DiskUser.Reserve, full: null);
        }

        if (IsFull)
        {
            _missing = _budget.MissingBytes(_backlog.Held, target, _free, journal);
            _gate.Refuse(Refusal());

            // Who waits for a place may have one now, or may have none for a long time.
            _gate.Retry();
        }
    }

    private bool TryResize(long bytes)
    {
        try
        {
            _reserve.Resize(bytes);
            return true;
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            Set(DiskUser.Reserve, full);
            return false;
        }
    }

    private bool IsReported(DiskUser user) => (Volatile.Read(ref _fullUsers) & (1 << (int)user)) != 0;

    private void Set(DiskUser user, StorageException? full)
    {
        int before = _fullUsers;
        int bit = 1 << (int)user;
        Volatile.Write(ref _fullUsers, full is not null ? before | bit : before & ~bit);
        if (before == 0 && full is not null)
        {
            _cause = full;
            _since = _time.GetUtcNow();
            _episodes++;
            _missing = _budget.MissingBytes(_backlog.Held, _budget.Target(_backlog.Bytes), free: 0, journal: 0);
            _isFlushWanted = true;
            _gate.Refuse(Refusal());
        }
        else if (before != 0 && _fullUsers == 0)
        {
            _cause = null;
            _gate.Allow();
        }
    }

    private StoreException Refusal() => new(
        StoreReason.DiskFull,
        $"the disk of {_root} is full: appends are refused, reads go on. "
        + (_missing > 0
            ? $"Free {_missing:N0} bytes there, or let retention expire entries; appends go on by themselves then"
            : "Free space there, or let retention expire entries; appends go on by themselves then"),
        _cause!)
    {
        BytesToFree = _missing,
    };

    private StorageException NoSpace() => new(StorageOperation.FreeBytes, FileErrno.NoSpace, _root);
}
