// The gate's part that looks at the space on the disk: nothing is admitted that could not be written into its ledger's
// files. Under the gate's lock, but for WantedBytes and Space.

using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Pipeline;

internal sealed partial class Gate
{
    // Set by the flusher when the disk is full, taken back when it is not.
    private StoreException? _refusal;
    private long _wantedBytes;

    /// <summary>What was admitted and is not in the ledgers' files.</summary>
    public Backlog Backlog { get; }

    /// <summary>What the batch that waits for space needs; 0 when none does.</summary>
    public long WantedBytes => Volatile.Read(ref _wantedBytes);

    /// <summary>Refuses appends until Allow, but for those that the reserve is for. What waits now is refused too, and
    /// is certainly not stored.</summary>
    public void Refuse(StoreException refusal)
    {
        lock (_lock)
        {
            _refusal = refusal;
            FailWaiting(refusal, static operation => operation.SpaceUse == SpaceUse.Ordinary);
        }
    }

    /// <summary>Appends are welcome again.</summary>
    public void Allow()
    {
        lock (_lock)
        {
            _refusal = null;
        }

        Retry();
    }

    /// <summary>A flush of everything up to now begins.</summary>
    public void BeginFlush()
    {
        lock (_lock)
        {
            Backlog.BeginFlush(_lastFrame);
        }
    }

    /// <summary>Everything through the frame is in the ledgers' files.</summary>
    public void EndFlush(long throughFrame)
    {
        lock (_lock)
        {
            Backlog.EndFlush(throughFrame);
        }
    }

    /// <summary>The disk is full, and this batch is none of those that are admitted all the same.</summary>
    private bool IsRefused(AppendOperation operation) =>
        _refusal is not null && operation.SpaceUse == SpaceUse.Ordinary;

    /// <summary>Whether what the batch will take is there.</summary>
    /// <exception cref="StoreException">DiskFull: not even what is kept for its like is left.</exception>
    private bool HasSpace(AppendOperation operation, ProducerWindow? window)
    {
        long bytes = Backlog.BytesOf(operation, window);
        if (Backlog.HasRoom(operation.SpaceUse, bytes))
        {
            Volatile.Write(ref _wantedBytes, 0);
            return true;
        }

        if (_refusal is { } full)
        {
            throw new StoreException(
                StoreReason.DiskFull,
                $"{full.Message}. What is kept for records of accesses on a full disk is used up too: until there is "
                + "space, nothing that must be recorded is served",
                full)
            {
                BytesToFree = full.BytesToFree,
            };
        }

        // The flusher makes the reserve larger, or finds the disk full.
        Volatile.Write(ref _wantedBytes, bytes);
        return false;
    }
}
