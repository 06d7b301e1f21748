// Shares out full bundles and new entries among as many threads as the machine can spare: fork, help, join.
// Run is called by the bundler's thread; the helpers are threads of their own.
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Pipeline;

/// <summary>Hashes and compresses many bundles at once.</summary>
internal sealed class BundleWorkers : IDisposable
{
    private readonly BundleWorker _own = new();
    private readonly ManualResetEventSlim _done = new();
    private WorkerThread[] _helpers = [];
    private Doorbell[] _bells = [];
    private volatile Round? _round;

    /// <summary>The bundler's own tools, for what it does alone.</summary>
    public BundleWorker Own => _own;

    /// <summary>Starts helpers. Between Start and Stop, Run uses them; not while Run runs.</summary>
    public void Start(int helpers, Poison poison)
    {
        Invariant.That(_helpers.Length == 0, "helpers are stopped before others are started");
        _bells = [.. Enumerable.Range(0, helpers).Select(static _ => new Doorbell())];
        _helpers = [.. _bells.Select((bell, i) =>
        {
            BundleWorker tools = new();
            return new WorkerThread($"ledger-hash-{i}", () => Help(tools), poison, bell);
        })];

        Array.ForEach(_helpers, static helper => helper.Start());
    }

    /// <summary>Ends and joins them.</summary>
    public void Stop()
    {
        Array.ForEach(_helpers, static helper => helper.StopAndJoin());
        _helpers = [];
    }

    /// <summary>Finishes all of them, and returns when the last one is done.</summary>
    public void Run(List<OpenBundle> bundles)
    {
        if (_helpers.Length == 0 || bundles.Count < 2)
        {
            foreach (OpenBundle bundle in bundles)
            {
                bundle.Finish(_own);
            }

            return;
        }

        _done.Reset();
        Round round = new(bundles);
        _round = round;
        foreach (Doorbell bell in _bells)
        {
            bell.Ring();
        }

        Help(round, _own);
        _done.Wait();
        if (round.Failure is { } failure)
        {
            throw new InvariantException($"a bundle could not be finished: {failure}");
        }
    }

    public void Dispose()
    {
        Stop();
        _done.Dispose();
    }

    private bool Help(BundleWorker tools)
    {
        if (_round is { } round)
        {
            Help(round, tools);
        }

        return false;
    }

    private void Help(Round round, BundleWorker tools)
    {
        while (round.TakeNext() is { } bundle)
        {
            try
            {
                bundle.Finish(tools);
            }
            catch (Exception cause)
            {
                // The bundler waits for every bundle: it must learn of this one, not wait for ever.
                round.Failure = cause;
            }

            if (round.IsLast())
            {
                _done.Set();
            }
        }
    }

    /// <summary>The bundles of one Run. An object of its own: a helper that wakes late finds an old one used
    /// up.</summary>
    private sealed class Round(List<OpenBundle> bundles)
    {
        private readonly int _count = bundles.Count;
        private int _next = -1;
        private int _left = bundles.Count;

        public volatile Exception? Failure;

        public OpenBundle? TakeNext()
        {
            int number = Interlocked.Increment(ref _next);
            return number < _count ? bundles[number] : null;
        }

        public bool IsLast() => Interlocked.Decrement(ref _left) == 0;
    }
}
