// A random history of one store over many lives on the same disk. Everything follows from the seed.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>How a life ends.</summary>
internal enum LifeEnd
{
    PowerCut,
    Kill,
    Close,
}

/// <summary>Lives one store after the other and checks, each time, what the last one left.</summary>
internal class StoreHistory
{
    private const int StepsMax = 400;
    private const int LookOneIn = 8;
    private const int SignedOneIn = 2;
    private readonly ulong _seed;
    private readonly SplitMix _random;

    // Its own, so that looking changes nothing of the history.
    private readonly SplitMix _looks;
    private readonly StoreModel _model;
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SigningOptions? _signing;
    private SimulatedFileSystem _disk;

    public StoreHistory(ulong seed, StartDisk? start = null)
    {
        _seed = seed;
        _random = new SplitMix(seed ^ 0x5EED);
        _looks = new SplitMix(seed ^ 0x100C);
        SimulatedOptions options = new()
        {
            Seed = seed,
            WriteBackOneIn = _random.OneIn(2) ? 0 : 2 + _random.Below(24),
            GarbageInLostSectors = _random.OneIn(2),
            FailedSyncDropsNames = false,
        };
        _disk = start?.Disk(options) ?? new SimulatedFileSystem(options);
        _model = start?.Model() ?? new StoreModel();
        if (_looks.OneIn(SignedOneIn))
        {
            _signing = new SigningOptions { Key = SignedLife.OldKey, AnchorPath = SignedLife.Anchor };
            _disk.CreateDirectory(Path.GetDirectoryName(SignedLife.Anchor)!);
            _disk.SyncDirectory("/");
        }
    }

    /// <summary>Acknowledged batches of the whole history.</summary>
    public long AcknowledgedCount => _model.AcknowledgedCount;

    /// <summary>Lives, then looks at everything once more.</summary>
    public void Run(int lives)
    {
        try
        {
            for (int life = 0; life < lives; life++)
            {
                Live();
            }

            LookAtTheEnd();
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(
                $"seed {_seed}: {error.Message}\n{_disk.DescribeLastCalls(30)}", error);
        }
    }

    /// <summary>What the store sees of the disk: tests put their lies here.</summary>
    protected virtual IFileSystem FilesOf(SimulatedFileSystem disk) => disk;

    /// <summary>What the disk does at a call.</summary>
    protected virtual SimulatedFault Decide(DiskWeather weather, SimulatedCall call) => weather.Decide(call);

    private void Live()
    {
        // Before anybody writes, now and then a reader looks at what the last life has left.
        ReadOnlyLook? look = _looks.OneIn(LookOneIn) ? ReadOnlyLook.Take(_disk, _time) : null;
        DiskWeather weather = new(_disk, _random);
        LifeEnd end = _random.Below(10) switch { < 5 => LifeEnd.PowerCut, < 7 => LifeEnd.Kill, _ => LifeEnd.Close };
        bool hasError = _random.OneIn(5);
        bool fills = !hasError && _random.OneIn(6);
        if (end != LifeEnd.Close)
        {
            weather.EndAt = _disk.CallCount + 1 + CallsToLive();
            weather.EndIsKill = end == LifeEnd.Kill;
        }

        if (hasError)
        {
            weather.ErrorAt = _disk.CallCount + 1 + CallsToLive();
            weather.Errno = _random.OneIn(4) ? FileErrno.NoSpace : FileErrno.InputOutput;
        }

        _disk.Faults = call => Decide(weather, call);
        try
        {
            LiveUntilTheEnd(weather, fills, look);
        }
        catch (Exception over) when (over is SimulatedCrash or ProcessKilledException)
        {
            // The end of this life.
        }
        catch (StorageException failed) when (weather.Failed is not null)
        {
            // A ledger was opened while the disk failed.
            Assert.NotEqual(0, failed.Errno);
        }
        catch (StoreException failed) when (weather.Failed is not null || weather.Errno == FileErrno.NoSpace)
        {
            // It did not open: the disk failed. The next life must find everything.
            Assert.True(failed.Reason is StoreReason.StorageFailed or StoreReason.DiskFull, $"{failed}");
        }

        _model.EndLife();
        _disk.Faults = null;
        weather.IsFull = false;
        if (_disk.IsCrashed || (!weather.IsKilled && _random.OneIn(2)))
        {
            _disk = _disk.Crash(new SeededChooser(_random.Next()));
        }
    }

    private void LiveUntilTheEnd(DiskWeather weather, bool fills, ReadOnlyLook? look)
    {
        using StoreLife life = StoreLife.Open(Plan(weather), _model);
        look?.Check(life.Core);
        if (fills)
        {
            life.LetDiskFill();
        }

        for (int step = 0; step < StepsMax && !life.HasFailed; step++)
        {
            life.Step();
        }

        for (int step = 0; step < 3 && life.HasFailed; step++)
        {
            life.Step();
        }

        // Now and then it is closed while there is no space.
        if (fills && !_random.OneIn(4))
        {
            life.FreeSpace();
        }

        life.Close();
    }

    /// <summary>Few calls end in the opening, many go on until files have turned over.</summary>
    private int CallsToLive() => _random.Below(_random.OneIn(3) ? 80 : 700);

    private LifePlan Plan(DiskWeather weather)
    {
        int bufferBytes = 16384 << _random.Below(2);
        int bufferCount = 3 + _random.Below(3);
        long fileBytes = (bufferBytes * bufferCount) + 8192 + (4096 * _random.Below(4));
        StoreTuning tuning = new()
        {
            BufferBytes = bufferBytes,
            BufferCount = bufferCount,
            JournalFileBytes = fileBytes,
            HeldBytesMax = _random.OneIn(3) ? 20_000 : 1_000_000,
            HashHelpers = 0,
            SigningCpuNanos = static () => 0,
        };
        StoreOptions options = new()
        {
            Directory = "/data",
            JournalBudgetBytes = fileBytes * (4 + _random.Below(3)),
            CacheBytes = 64 * 1024,
            ReserveBytes = _random.OneIn(3) ? 0 : 64 * 1024,
            Time = _time,
            Signing = _signing,
        };
        return new LifePlan(options, tuning, FilesOf(_disk), weather, _time, _random.Next());
    }

    private void LookAtTheEnd()
    {
        DiskWeather fine = new(_disk, _random);
        using (StoreLife life = StoreLife.Open(Plan(fine), _model))
        {
            StoreCheck.CheckStore(life.Core, _model, isThorough: true);
            life.Close();
        }

        // What was closed cleanly needs no luck.
        _disk = _disk.Crash(new LoseAll());
        using StoreLife last = StoreLife.Open(Plan(fine), _model);
        StoreCheck.CheckStore(last.Core, _model, isThorough: true);
    }
}
