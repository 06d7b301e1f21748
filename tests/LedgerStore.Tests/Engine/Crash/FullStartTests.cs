// Starts that find no space for what the journal holds: they take back what they began, so that the next one needs no
// more, and what was stated to be free is enough.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Crash;

public sealed class FullStartTests
{
    private const string Filler = "/filler";
    private const long FileBytes = 1024 * 1024;
    private const long Reserve = 512 * 1024;

    private static readonly StoreTuning s_tuning = new()
    {
        BufferBytes = 64 * 1024,
        BufferCount = 3,
        JournalFileBytes = FileBytes,
        HeldBytesMax = 64L << 20,
        HashHelpers = 0,
    };

    private readonly StoreModel _model = new();
    private SimulatedFileSystem _disk = new(new SimulatedOptions { CapacityBytes = 64L << 20 });
    private ulong _seed;

    [Fact]
    public void A_start_without_room_leaves_nothing_behind_and_what_it_says_is_enough()
    {
        MakeStoreWithBacklog();
        Fill(leave: 300 * 1024);
        string[] before = Segments();
        long first = Refused();
        Assert.InRange(first, 4L << 20, 32L << 20);
        Assert.Equal(before, Segments());

        // A supervisor that tries again and again asks for no more each time.
        for (int tries = 0; tries < 5; tries++)
        {
            Assert.Equal(first, Refused());
            Assert.Equal(before, Segments());
        }

        // A tenth of it is not enough, and is not used up by the try.
        Free(first / 10);
        long second = Refused();
        Assert.InRange(second, 1, first);
        Free(second);
        using StoreLife life = Open(Reserve);
        life.RunAll();
        StoreCheck.CheckStore(life.Core, _model, isThorough: true);
    }

    /// <summary>Acknowledged, in the journal, and in no file that counts: the process is killed before.</summary>
    private void MakeStoreWithBacklog()
    {
        using (StoreLife life = Open(reserveBytes: 16 << 20))
        {
            for (int ledger = 0; ledger < 3; ledger++)
            {
                life.Create(new ModelLedger($"ledger-{ledger}", isSalted: false));
            }

            life.RunAll();
            for (int batch = 0; batch < 240; batch++)
            {
                SmallStore.Append(life, _model, batch % 3, producer: null, records: 400);
                life.RunAll();
            }
        }

        _disk = _disk.Crash(new KeepAll());
        _disk.Delete($"{SmallStore.Directory}/reserve");
    }

    private void Fill(long leave)
    {
        using IFile filler = _disk.Create(Filler, FileAccessMode.ReadWrite);
        filler.Allocate(0, _disk.FreeBytes("/") - leave);
    }

    private void Free(long bytes)
    {
        using IFile filler = _disk.Open(Filler, FileAccessMode.ReadWrite);
        filler.SetLength(filler.Length - bytes);
    }

    private long Refused()
    {
        StoreException refused = Assert.Throws<StoreException>(() => Open(Reserve));
        Assert.Equal(StoreReason.DiskFull, refused.Reason);
        return refused.BytesToFree;
    }

    private string[] Segments() =>
    [
        .. _disk.AllFiles(SmallStore.Directory)
            .Where(static path => path.EndsWith(".seg", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private StoreLife Open(long reserveBytes)
    {
        StoreOptions options = new()
        {
            Directory = SmallStore.Directory,
            JournalBudgetBytes = 32 * FileBytes,
            CacheBytes = 64 * 1024,
            ReserveBytes = reserveBytes,
            Time = new ManualTime(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
        };
        DiskWeather fine = new(_disk, new SplitMix(1));
        return StoreLife.Open(
            new LifePlan(options, s_tuning, _disk, fine, (ManualTime)options.Time, ++_seed), _model);
    }
}
