// A signed ledger of millions of entries, for proofs. The disk that TMPDIR names needs about 100 bytes for each.
using System.Diagnostics;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Engine;

internal sealed class LargeLedger : IDisposable
{
    private const int RecordBytes = 32;
    private const int ProofsAtOnce = 4096;

    // What the cache of tiles holds many times over: 1,024 level-0 tiles.
    private const long RecentEntries = 1 << 18;
    private readonly BenchStore _store;
    private readonly Hash256[] _proof = new Hash256[TreeMath.ProofHashesMax];
    private readonly Random _random = new(4);
    private readonly long _size;

    public LargeLedger(SigningKey key, int entries)
    {
        _store = new BenchStore(1, key);
        new LedgerFill(Ledger, RecordBytes).AppendAsync(entries).GetAwaiter().GetResult();
        _size = Ledger.WaitForCheckpointAsync(Ledger.Size).AsTask().GetAwaiter().GetResult().Size;
    }

    private Ledger Ledger => _store.Ledgers[0];

    /// <summary>On this thread alone.</summary>
    public void RunWarm(BenchRun run)
    {
        run.Rate("proofs.inclusion.per_second", ProofsAtOnce, () => Inclusion(_size - RecentEntries));
        run.Rate("proofs.consistency.per_second", ProofsAtOnce, () => Consistency(_size - RecentEntries));
        run.Rate("proofs.inclusion.anywhere_per_second", ProofsAtOnce, () => Inclusion(0));
    }

    /// <summary>Each proof is the first thing that is read of its part of the ledger; nothing of it is in the page
    /// cache.</summary>
    public void RunCold(BenchRun run)
    {
        List<double> milliseconds = [];
        for (int round = 0; round < 5; round++)
        {
            DropCaches();
            for (int i = 0; i < 20; i++)
            {
                long index = _random.NextInt64(_size);
                long start = Stopwatch.GetTimestamp();
                Ledger.ProveInclusion(index, _size, _proof);
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        run.LessIsBetter("proofs.inclusion.cold_ms", "ms", milliseconds);
    }

    public void Dispose() => _store.Dispose();

    private void Inclusion(long first)
    {
        for (int i = 0; i < ProofsAtOnce; i++)
        {
            Ledger.ProveInclusion(first + _random.NextInt64(_size - first), _size, _proof);
        }
    }

    private void Consistency(long first)
    {
        for (int i = 0; i < ProofsAtOnce; i++)
        {
            Ledger.ProveConsistency(first + 1 + _random.NextInt64(_size - first - 1), _size, _proof);
        }
    }

    /// <summary>Closes and opens the store; then the kernel forgets the segment files, which nobody has mapped.
    /// </summary>
    private void DropCaches()
    {
        _store.Reopen();
        _ = Ledger.Checkpoint;
        LinuxFileSystem files = new();
        foreach (string path in Directory.EnumerateFiles(_store.DataDirectory, "*.seg", SearchOption.AllDirectories))
        {
            using IFile file = files.Open(path, FileAccessMode.ReadOnly);
            file.Advise(FileAdvice.DontNeed, 0, 0);
        }
    }
}
