// Who found the disk full, and what follows: appends are refused until every one of them could write again, and the
// reserve is given up so that what is already acknowledged can go on into its files.
// Reported by the sequencer, the bundler and the flusher, each for itself. Any thread.
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Append;

/// <summary>The parts of the store that ask the disk for space, each on its own thread.</summary>
internal enum DiskUser
{
    Journal,
    Segments,
    Flush,
    Reserve,
}

/// <summary>Turns "no space left" into a refusal of appends, and its end into a welcome.</summary>
internal sealed class DiskSpace(Gate gate, Reserve reserve)
{
    private readonly Lock _lock = new();
    private int _fullUsers;

    public bool IsFull => Volatile.Read(ref _fullUsers) != 0;

    /// <summary>Reports the outcome of a write: null when there was space.</summary>
    public void Report(DiskUser user, StorageException? full)
    {
        if (IsReported(user) == (full is not null))
        {
            return;
        }

        lock (_lock)
        {
            // Segments and flushes write what is acknowledged already: the reserve is theirs. Appends are not.
            if (full is not null && user is DiskUser.Segments or DiskUser.Flush && reserve.Release())
            {
                Set(DiskUser.Reserve, full);
            }

            Set(user, full);
        }
    }

    /// <summary>Gives tiering the reserve too, which found no space: what expires makes room. Only while the disk is
    /// full for others: work in the background is no reason to refuse appends.</summary>
    public void GiveReserve(StorageException full)
    {
        lock (_lock)
        {
            if (_fullUsers != 0 && reserve.Release())
            {
                Set(DiskUser.Reserve, full);
            }
        }
    }

    /// <summary>Takes the reserve back when everybody else could write. Called by the flusher now and then.</summary>
    public void TryRestoreReserve()
    {
        if (Volatile.Read(ref _fullUsers) != 1 << (int)DiskUser.Reserve)
        {
            return;
        }

        RestoreReserve();
    }

    /// <summary>Takes the reserve back, or refuses appends until that is possible. Also when the store is opened.
    /// </summary>
    public void RestoreReserve()
    {
        lock (_lock)
        {
            try
            {
                reserve.Restore();
                Set(DiskUser.Reserve, full: null);
            }
            catch (StorageException full) when (full.IsNoSpace)
            {
                // Still full: appends stay refused, and the next try comes.
                Set(DiskUser.Reserve, full);
            }
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
            gate.Refuse(new StoreException(
                StoreReason.DiskFull,
                "the disk is full, the batch was not appended; free space or let retention expire segments, appends "
                + "go on by themselves",
                full));
        }
        else if (before != 0 && _fullUsers == 0)
        {
            gate.Allow();
        }
    }
}
