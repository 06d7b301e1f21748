// Keeps the anchor up to date: at most once a second, and when the store closes.
// Note is called by the checkpointer; RunOnce runs on a thread of its own, because a slow volume must not hold up
// signing. WhyStopped and Facts may be asked by any thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Checkpoints;

/// <summary>Collects what was published and writes it to the anchor.</summary>
/// <param name="file">Loaded; from now on only the keeper's thread uses it.</param>
internal sealed class AnchorKeeper(AnchorFile file, Func<long> steadyNanos)
{
    /// <summary>What may be lost with the power: see docs/SECURITY.md.</summary>
    public const long IntervalNanos = 1_000_000_000;

    /// <summary>After so long without a successful write nothing is signed any more.</summary>
    public const long PatienceNanos = 10 * IntervalNanos;

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, long> _sizes =
        file.Newest.ToDictionary(each => each.Key, each => each.Value.Size);

    private Dictionary<uint, CheckpointRecord> _changed = [];
    private long _nextNanos;

    // When the oldest change came that is not in the file; 0 when all are.
    private long _waitingSinceNanos;
    private volatile Exception? _failure;

    /// <summary>Writes that succeeded, for metrics.</summary>
    public long WrittenCount { get; private set; }

    /// <summary>Writes that failed, for metrics.</summary>
    public long FailedCount { get; private set; }

    /// <summary>A checkpoint was published.</summary>
    public void Note(uint ledgerId, CheckpointRecord record)
    {
        lock (_lock)
        {
            _changed[ledgerId] = record;
            _sizes[ledgerId] = record.Size;
            if (_waitingSinceNanos == 0)
            {
                Volatile.Write(ref _waitingSinceNanos, Math.Max(1, steadyNanos()));
            }
        }
    }

    /// <summary>The sum of what is signed of all ledgers but those.</summary>
    public long SizeWithout(IReadOnlySet<uint> ledgerIds)
    {
        lock (_lock)
        {
            return _sizes.Sum(each => ledgerIds.Contains(each.Key) ? 0 : each.Value);
        }
    }

    /// <summary>Writes what has changed, if its time has come.</summary>
    /// <returns>Whether anything was written.</returns>
    public bool RunOnce() => steadyNanos() >= _nextNanos && TryWrite();

    /// <summary>Writes what has changed, now.</summary>
    /// <returns>False when there was nothing, or it failed.</returns>
    public bool TryWrite()
    {
        Dictionary<uint, CheckpointRecord> taken;
        lock (_lock)
        {
            if (_changed.Count == 0)
            {
                return false;
            }

            (taken, _changed) = (_changed, []);
        }

        _nextNanos = steadyNanos() + IntervalNanos;
        try
        {
            file.Write(taken);
            WrittenCount++;
            Settle(taken, failure: null);
            return true;
        }
        catch (StorageException failed)
        {
            // Not the store's disk: nothing of the store is in doubt. It is tried again in a second.
            FailedCount++;
            Settle(taken, failed);
            return false;
        }
    }

    /// <summary>How far it is. Any thread.</summary>
    public AnchorFacts Facts()
    {
        long since = Volatile.Read(ref _waitingSinceNanos);
        TimeSpan? behind = since == 0
            ? null
            : TimeSpan.FromTicks(Math.Max(0, steadyNanos() - since) / TimeSpan.NanosecondsPerTick);
        return new AnchorFacts(behind, _failure?.Message);
    }

    /// <summary>Why nothing may be signed now; null while the anchor keeps up.</summary>
    public StoreException? WhyStopped()
    {
        long since = Volatile.Read(ref _waitingSinceNanos);
        return since == 0 || steadyNanos() - since <= PatienceNanos
            ? null
            : new StoreException(
                StoreReason.SigningStopped,
                $"nothing is signed because the anchor '{file.Path}' could not be written for 10 seconds"
                + (_failure is { } cause ? $": {cause.Message}" : string.Empty)
                + ". Signing goes on by itself when it can be");
    }

    private void Settle(Dictionary<uint, CheckpointRecord> taken, Exception? failure)
    {
        _failure = failure;
        lock (_lock)
        {
            if (failure is null)
            {
                Volatile.Write(ref _waitingSinceNanos, _changed.Count == 0 ? 0 : Math.Max(1, steadyNanos()));
                return;
            }

            foreach ((uint ledgerId, CheckpointRecord record) in taken)
            {
                // What came meanwhile is newer.
                _changed.TryAdd(ledgerId, record);
            }
        }
    }
}
