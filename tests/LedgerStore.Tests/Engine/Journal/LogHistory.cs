// A random life of one log after the other on the same disk: appends, commits of both kinds, compactions, a full disk,
// power cuts at any call. The same seed gives the same lives.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

/// <summary>Drives a log and its model through power cuts.</summary>
internal sealed class LogHistory
{
    private readonly ulong _seed;
    private readonly SplitMix _random;
    private SimulatedFileSystem _disk;
    private LogModel _model = new();
    private int _next;

    public LogHistory(ulong seed)
    {
        _seed = seed;
        _random = new SplitMix(seed);
        _disk = LogFixture.Disk(new SimulatedOptions
        {
            Seed = seed,
            WriteBackOneIn = _random.Below(5),
            GarbageInLostSectors = _random.OneIn(2),
        });
    }

    public void LiveUntilPowerCut()
    {
        // The first call from here on that can crash: some, like a look at a name, change nothing and have no after.
        long cut = _disk.CallCount + 1 + _random.Below(60);
        int fullOneIn = _random.OneIn(2) ? 12 : 0;
        _disk.Faults = call => call.Number >= cut
            ? (_random.OneIn(2) ? SimulatedFault.CrashBefore : SimulatedFault.CrashAfter)
            : call.Operation == StorageOperation.Write && _random.OneIn(fullOneIn)
                ? SimulatedFault.ShortWrite(FileErrno.NoSpace, _random.Below(300))
                : SimulatedFault.None;
        try
        {
            CommittedLog log = Start();
            while (true)
            {
                Step(log);
            }
        }
        catch (Exception) when (_disk.IsCrashed)
        {
            // The power cut, or what the log made of it.
        }

        _disk = _disk.Crash(new SeededChooser(_seed + (ulong)cut));
        List<int>? found = LogModel.Recover(_disk, out _);
        Assert.True(
            _model.Allows(found), $"seed {_seed}: found [{string.Join(',', found ?? [])}], {_model}");
        _model = new LogModel();
        if (found is not null)
        {
            _model.BeginCreate();
            _model.Confirm();
            _model.Committed!.AddRange(found);
        }
    }

    private CommittedLog Start()
    {
        if (LogModel.Recover(_disk, out CommittedLog? log) is null)
        {
            log = CommittedLog.CreateNew(_disk, LogFixture.LogPath, LogFixture.Identity);
            _model.BeginCreate();
        }

        Commit(log!);
        return log!;
    }

    private void Step(CommittedLog log)
    {
        if (_random.OneIn(8))
        {
            int[] kept = [.. _model.Committed!.Where(_ => _random.OneIn(2))];
            _model.BeginRewrite(log, kept);
        }
        else
        {
            for (int i = 1 + _random.Below(_random.OneIn(10) ? 200 : 6); i > 0; i--)
            {
                _model.Append(log, _next++);
            }
        }

        Commit(log);
    }

    private void Commit(CommittedLog log)
    {
        while (true)
        {
            try
            {
                if (log.HasTornTail || log.IsHalfCommitted || _random.OneIn(2))
                {
                    log.CommitNow();
                }
                else if (log.HasPending)
                {
                    CommitInHalves(log);
                }

                _model.Confirm();
                return;
            }
            catch (StorageException full) when (full.IsNoSpace)
            {
                // Give up this change, or wait for space. A power cut may still bring back what was given up, so the
                // model is told only once it is cut off.
                bool canGiveUp = _model.Committed is not null && !log.IsHalfCommitted && !log.HasRolledForward;
                if (canGiveUp && _random.OneIn(2))
                {
                    GiveUp(log);
                    return;
                }
            }
        }
    }

    private void CommitInHalves(CommittedLog log)
    {
        log.WritePending();
        _disk.SyncFileSystem(LogFixture.Directory);
        while (true)
        {
            try
            {
                log.WriteSlot();
                break;
            }
            catch (StorageException full) when (full.IsNoSpace)
            {
                // Waits for space.
            }
        }

        _disk.SyncFileSystem(LogFixture.Directory);
        log.ConfirmCommitted();
    }

    private void GiveUp(CommittedLog log)
    {
        log.DiscardPending();
        while (log.HasTornTail)
        {
            log.CutTornTail();
            _disk.SyncFileSystem(LogFixture.Directory);
            log.ConfirmTailCut();
        }

        _model.Forget();
    }
}
