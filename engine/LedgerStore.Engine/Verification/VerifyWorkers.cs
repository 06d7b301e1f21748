// Shares out the segments of all ledgers among threads. A ledger is opened when there is nothing else to do, so that
// few are open at a time. Lives as long as one Run, which ends when its threads have.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Verification;

/// <summary>The threads of a verification.</summary>
internal sealed class VerifyWorkers(int threads, int ledgers, IFileSystem files)
{
    private readonly object _lock = new();

    // All guarded by the lock.
    private readonly Queue<SegmentJob> _ready = new();
    private int _nextLedger;
    private int _opening;
    private Exception? _failure;

    /// <summary>Opens every ledger, runs every job of it, and says so of each job, and then of the ledger.</summary>
    public void Run(Func<int, LedgerCheck> open, Action<LedgerCheck, SegmentJob?> ended)
    {
        Thread[] helpers =
        [
            .. Enumerable.Range(1, threads - 1).Select(number => new Thread(() => Work(open, ended))
            {
                Name = $"ledger-verify-{number}",
                IsBackground = true,
            }),
        ];
        Array.ForEach(helpers, helper => helper.Start());
        Work(open, ended);
        Array.ForEach(helpers, helper => helper.Join());
        if (_failure is not null)
        {
            throw new InvalidOperationException("the verification failed by itself; this is a bug", _failure);
        }
    }

    private void Work(Func<int, LedgerCheck> open, Action<LedgerCheck, SegmentJob?> ended)
    {
        try
        {
            SegmentVerifier verifier = new();
            while (TryTake(out SegmentJob? job, out int ledger))
            {
                if (job is null)
                {
                    Open(ledger, open, ended);
                    continue;
                }

                job.Run(files, verifier);
                ended(job.Owner, job);
                if (job.Owner.IsLast())
                {
                    ended(job.Owner, null);
                }
            }
        }
        catch (Exception failure)
        {
            lock (_lock)
            {
                _failure ??= failure;
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>A job, or else a ledger to open. Waits while another thread may still bring jobs.</summary>
    private bool TryTake(out SegmentJob? job, out int ledger)
    {
        lock (_lock)
        {
            while (true)
            {
                ledger = -1;
                if (_failure is null && _ready.TryDequeue(out job))
                {
                    return true;
                }

                job = null;
                if (_failure is null && _nextLedger < ledgers)
                {
                    ledger = _nextLedger++;
                    _opening++;
                    return true;
                }

                if (_failure is not null || _opening == 0)
                {
                    return false;
                }

                Monitor.Wait(_lock);
            }
        }
    }

    private void Open(int number, Func<int, LedgerCheck> open, Action<LedgerCheck, SegmentJob?> ended)
    {
        LedgerCheck check = open(number);
        if (check.Segments.Count == 0)
        {
            ended(check, null);
        }

        lock (_lock)
        {
            foreach (SegmentJob job in check.Segments)
            {
                _ready.Enqueue(job);
            }

            _opening--;
            Monitor.PulseAll(_lock);
        }
    }
}
