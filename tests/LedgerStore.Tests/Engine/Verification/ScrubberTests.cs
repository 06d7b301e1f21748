// The scrubber of a running store, cranked by hand with a clock of the test, and through the store's own thread.

using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Verification;
using LedgerStore.Tests.Engine.Checkpoints;
using LedgerStore.Tests.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Engine.Verification;

public sealed class ScrubberTests : IDisposable
{
    private readonly VerifyStore _store = new();
    private readonly List<VerifyFinding> _found = [];
    private readonly DamagedRanges _damaged = new();
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Everything_is_read_once_a_period_and_the_newest_part_more_often()
    {
        await _store.FillAsync("a", 140_000);
        await _store.FillAsync("b", 70_000);
        Scrubber scrubber = Make(new ScrubOptions { FullPeriod = TimeSpan.FromDays(7) });
        long total = 0;
        for (int day = 1; day <= 7; day++)
        {
            for (int hour = 0; hour < 24; hour++)
            {
                _time.Pass(TimeSpan.FromHours(1));
                Drain(scrubber);
            }

            Assert.True(scrubber.Bytes > total, $"something is read on day {day}");
            total = scrubber.Bytes;
        }

        Assert.Empty(_found);
        Assert.Equal(1, scrubber.FullRounds);

        // Once all of it, and seven times at least the newest segment.
        Assert.InRange(scrubber.Entries, 210_000 + (7 * 4_464), 210_000 + (8 * 70_000));
    }

    [Fact]
    public async Task Never_faster_than_the_limit()
    {
        await _store.FillAsync("a", 140_000);
        Scrubber scrubber = Make(new ScrubOptions
        {
            FullPeriod = TimeSpan.FromSeconds(1),
            NewestPeriod = TimeSpan.FromSeconds(1),
            BytesPerSecondMax = 10_000,
        });
        Assert.False(scrubber.RunOnce());
        _time.Pass(TimeSpan.FromMinutes(1));
        Assert.True(scrubber.RunOnce());
        long first = scrubber.Bytes;
        _time.Pass(TimeSpan.FromSeconds((first / 10_000.0) - 1));
        Assert.False(scrubber.RunOnce());
        _time.Pass(TimeSpan.FromSeconds(2));
        Assert.True(scrubber.RunOnce());
    }

    /// <summary>In the first moments of a store nothing of _audit is signed: that is no finding, unless it stays
    /// so.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claims_are_compared_when_there_is_a_checkpoint_and_a_minute_later_at_the_latest(bool comes)
    {
        await _store.FillAsync("a", 3);
        bool isEarly = true;
        int compared = 0;
        Scrubber scrubber = Make(new ScrubOptions(), () => isEarly, (_, _) =>
        {
            compared++;
            return [];
        });
        Assert.False(scrubber.RunOnce());
        Assert.Equal(0, compared);
        isEarly = !comes;
        _time.Pass(comes ? TimeSpan.Zero : TimeSpan.FromMinutes(1));
        Assert.True(scrubber.RunOnce());
        Assert.Equal(1, compared);
    }

    [Fact]
    public async Task A_finding_is_told_and_its_range_withheld()
    {
        await _store.FillAsync("a", 140_000);
        _store.Sign("a", 139_000);
        string file = _store.SegmentFile("a", 1);
        VerifyStore.Change(file, bytes => bytes[5_000] ^= 1);
        Scrubber scrubber = Make(new ScrubOptions());
        ScrubReport report = await Request(scrubber);
        VerifyFinding finding = Assert.Single(report.Findings);
        Assert.Equal(finding, Assert.Single(_found));
        Assert.Equal(("a", file, 256L), (finding.Ledger, finding.File, finding.Count));
        Assert.InRange(finding.FirstIndex, 65_536, 70_000);
        _damaged.Check(1, 0, 256);
        StoreException lost = Assert.Throws<StoreException>(() => _damaged.Check(1, finding.FirstIndex, 1));
        Assert.Equal((StoreReason.DataLoss, finding.FirstIndex), (lost.Reason, lost.FirstIndex));
        Assert.Equal(1, scrubber.Findings);
        // Of _audit there are three.
        Assert.Equal(3 + 140_000 - 65_536 + (int)(finding.FirstIndex - 65_536), report.Entries);
    }

    [Fact]
    public async Task A_root_that_was_changed_in_state_log_is_derived_data_and_withholds_nothing()
    {
        await _store.FillAsync("a", 70_000);
        _store.Sign("a", 69_000);
        _store.ChangeSealedRoot("a", 0);
        Scrubber scrubber = Make(new ScrubOptions());
        ScrubReport report = await Request(scrubber);
        Assert.All(report.Findings, f => Assert.NotEqual(VerifyFindingKind.EntriesChanged, f.Kind));
        Assert.Contains(report.Findings, f => f.Kind == VerifyFindingKind.DerivedDataDamaged);
    }

    [Fact]
    public async Task A_running_store_scrubs_itself_and_refuses_what_it_found()
    {
        await _store.FillAsync("a", 70_000);
        _store.Sign("a", 69_000);
        using Store store = _store.Open();
        await VerifyStore.AppendAsync(store.GetLedger("a"), 500);
        List<ScrubProgress> told = [];
        ScrubReport sound = await store.ScrubAsync(onProgress: told.Add);
        Assert.Empty(sound.Findings);
        Assert.Equal(70_003, sound.Entries);
        Assert.Equal((3, 70_003L), (told.Count, told[^1].Entries));

        VerifyStore.Change(_store.SegmentFile("a", 0), bytes => bytes[5_000] ^= 1);
        VerifyFinding finding = Assert.Single((await store.ScrubAsync("a")).Findings);
        StoreException lost = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            await foreach (EntrySlice slice in store.GetLedger("a").ReadAsync(finding.FirstIndex, 1))
            {
                Assert.Fail($"entry {slice.FirstIndex} was read");
            }
        });
        Assert.Equal(StoreReason.DataLoss, lost.Reason);
        Assert.Equal((1L, 1), (store.ScrubStatus.Findings, store.ScrubStatus.WithheldRanges));
        await Assert.ThrowsAsync<StoreException>(() => store.ScrubAsync("no-such-ledger"));
    }

    private Scrubber Make(ScrubOptions options) => Make(options, static () => false, claims: null);

    private Scrubber Make(
        ScrubOptions options, Func<bool> isEarly, Func<uint?, Func<bool>, IReadOnlyList<VerifyFinding>>? claims)
    {
        LinuxFileSystem files = new();
        UInt128 id = StoreFileAccess.Load(files, _store.Paths).StoreId;
        Catalog catalog = Catalog.Open(files, _store.Paths, id, FileAccessMode.ReadOnly);
        ScrubOptions told = options with { OnFinding = _found.Add, FindKeys = DerivedKeys.Shared(_store.Key) };
        return new Scrubber(files, _store.Paths, id, catalog, _damaged, told, _time, random: 0.4)
        {
            IsEarly = isEarly,
            Claims = claims,
        };
    }

    private static async Task<ScrubReport> Request(Scrubber scrubber)
    {
        ScrubRequest request = new(null, null, CancellationToken.None);
        scrubber.Ask(request);
        for (int i = 0; i < 100 && !request.Done.IsCompleted; i++)
        {
            scrubber.RunOnce();
        }

        return await request.Done;
    }

    private static void Drain(Scrubber scrubber)
    {
        for (int i = 0; i < 100 && scrubber.RunOnce(); i++)
        {
        }
    }
}
