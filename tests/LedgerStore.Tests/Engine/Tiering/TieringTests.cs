// The life of entries through the tiers, without crashes: where they are, what is read, what is left of them.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class TieringTests
{
    private const int Size = 65_536 + 700;
    private static readonly Lazy<SimulatedFileSystem> s_disk = new(() =>
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        TierWorld world = TierWorld.Open(disk, TimeSpan.Zero);
        world.Create();
        world.Append(Size);
        world.Close();
        return disk;
    });

    [Fact]
    public void Segments_become_warm_then_cold_then_expire()
    {
        SimulatedFileSystem disk = s_disk.Value.Crash(new KeepAll());
        using TierWorld world = TierWorld.Open(disk, TierWorld.Day);
        Assert.Equal(["hot"], world.Ledger.Describe().Tiers.Select(tier => tier.Tier));
        world.Ledger.SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.FromHours(1) });
        Assert.Equal("warm", Assert.Single(world.Ledger.PlanRetention()).To);
        world.Round();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(SegmentTier.Warm, Facts(world).Tier);
        Assert.Equal(0, world.Check(Size));

        world.Ledger.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) });
        world.Round();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(SegmentTier.Cold, Facts(world).Tier);
        Assert.True(disk.Exists("/cold/" + Facts(world).Location));
        Assert.Equal(0, world.Check(Size));

        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        string cold = "/cold/" + Facts(world).Location;
        world.Expire();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(65_536 + 512, world.Check(Size));
        Assert.Equal(SegmentTier.Expired, Facts(world).Tier);
        Assert.False(disk.Exists(cold));
        Assert.Equal(65_536 + 512, world.Ledger.FirstReadable);
        Assert.Equal(2, world.Files().Length);
        Assert.False(world.HasBytes(TierWorld.Record(65_536 + 100)));
        world.Close();

        using TierWorld again = TierWorld.Open(disk, TierWorld.Day * 4);
        Assert.Equal(65_536 + 512, again.Check(Size));
        again.Append(300);
        Assert.Equal(65_536 + 512, again.Check(Size + 300));
    }

    [Fact]
    public void A_hold_keeps_its_range_and_the_floor_everything()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day);
        LegalHold hold = world.Ledger.PlaceHold(1000, 500, "case 12", "legal");
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        world.Expire();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        long gone = world.Check(Size, (1000, 1500));
        Assert.Equal(65_536 + 512 - (3 * 256), gone);
        Assert.Equal(768, world.Ledger.FirstReadable);

        world.Ledger.ReleaseHold(hold.Id);
        world.Ledger.SetRetention(
            new RetentionPolicy { ExpireBeyondBytes = 1, Floor = TimeSpan.FromDays(400) });
        world.Expire();
        Assert.Equal(gone, world.Check(Size, (1000, 1500)));
        Assert.Throws<StoreException>(() => world.Ledger.SetRetention(new RetentionPolicy()));
    }

    [Fact]
    public void One_check_is_not_enough_whatever_the_clock_does()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TimeSpan.Zero);
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromDays(30) });
        world.Round();
        world.Time.Step(TimeSpan.FromDays(365));
        world.Round();
        world.Time.Pass(TimeSpan.FromMinutes(11));
        world.Round();
        Assert.Equal(0, world.Check(Size));
        world.Time.Step(TimeSpan.FromDays(-365));
        world.Time.Pass(TimeSpan.FromHours(1));
        world.Round();
        Assert.Equal(0, world.Check(Size));
    }

    [Fact]
    public async Task A_cold_volume_that_is_full_or_away_leaves_everything_where_it_is()
    {
        MemoryColdStore cold = new() { IsFull = true };
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day, cold);
        world.Ledger.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) });
        world.Round();
        Assert.NotNull(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(SegmentTier.Warm, Facts(world).Tier);
        cold.IsFull = false;
        cold.IsAway = true;
        world.Round();
        Assert.Equal(0, world.Check(Size));
        cold.IsAway = false;
        world.Round();
        Assert.Equal(SegmentTier.Cold, Facts(world).Tier);
        cold.IsAway = true;
        StoreException away = await Assert.ThrowsAsync<StoreException>(
            async () => await world.Log.ReadBundleAsync(9, 0, default));
        Assert.Equal(StoreReason.TierAway, away.Reason);
    }

    [Fact]
    public void A_wall_clock_that_was_wrong_for_a_day_expires_nothing_once_it_is_right()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TimeSpan.Zero);
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromDays(30) });
        world.Time.Step(TimeSpan.FromDays(365));
        for (int hour = 0; hour < 23; hour++)
        {
            // The store comes to believe it, and its own clock never goes back.
            world.Time.Pass(TimeSpan.FromHours(1));
            world.Round();
        }

        world.Time.Step(TimeSpan.FromDays(-365));
        for (int hour = 0; hour < 30; hour++)
        {
            world.Time.Pass(TimeSpan.FromHours(1));
            world.Round();
        }

        Assert.Equal(0, world.Check(Size));
    }

    [Fact]
    public void A_restart_in_the_middle_of_anything_goes_on_where_it_was()
    {
        SimulatedFileSystem disk = s_disk.Value.Crash(new KeepAll());
        RetentionPolicy policy = new()
        {
            ColdAfter = TimeSpan.FromHours(1),
            ExpireAfter = TimeSpan.FromDays(20),
        };
        TimeSpan age = TierWorld.Day;
        for (int steps = 0; steps < 1_400; steps += 97)
        {
            // A clean end after so many steps, as of an operator who restarts at any moment.
            TierWorld world = TierWorld.Open(disk, age);
            world.Ledger.SetRetention(policy);
            for (int step = 0; step < steps; step++)
            {
                world.Core.RunTiering();
                world.Turn();
                world.Time.Pass(TimeSpan.FromMilliseconds(1));
            }

            Assert.Equal(0, world.Check(Size));
            world.Close();
            age += TimeSpan.FromMinutes(1);
        }

        using TierWorld last = TierWorld.Open(disk, age);
        last.Round();
        Assert.Null(last.Core.Tiering.Status.LastFailure);
        Assert.Equal(SegmentTier.Cold, Facts(last).Tier);
        Assert.Equal(0, last.Check(Size));
    }

    [Fact]
    public void The_time_between_two_checks_is_time_that_the_store_ran()
    {
        SimulatedFileSystem disk = s_disk.Value.Crash(new KeepAll());
        RetentionPolicy policy = new() { ExpireAfter = TimeSpan.FromHours(1) };
        for (int day = 1; day < 6; day++)
        {
            // Ten hours a day; the nights do not count.
            TierWorld world = TierWorld.Open(disk, TierWorld.Day * day);
            world.Ledger.SetRetention(policy);
            for (int hour = 0; hour < 10; hour++)
            {
                world.Time.Pass(TimeSpan.FromHours(1));
                world.Round();
            }

            Assert.Equal(day >= 3, world.Log.Segments.Expired.Count > 0);
            world.Close();
        }
    }

    [Fact]
    public void A_slow_ledger_is_filled_up_so_that_it_can_expire()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TimeSpan.Zero);
        RetentionPolicy policy = new() { ExpireAfter = TimeSpan.FromHours(10) };
        world.Ledger.SetRetention(policy);
        PlannedMove outlives = world.Ledger.PlanRetention()[^1];
        Assert.Equal(
            (Size - (Size % 256), Size % 256, DateTimeOffset.MaxValue),
            (outlives.FirstIndex, (int)outlives.Count, outlives.Due));

        world.Ledger.SetRetention(policy with { FillAfter = TimeSpan.FromHours(2) });
        world.Round();
        Assert.Equal(Size, world.Log.Durable.Value);
        world.Time.Pass(TimeSpan.FromHours(3));
        world.Round();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(Size + 256 - (Size % 256), world.Log.Durable.Value);
        Assert.Equal(256 - (Size % 256), world.Core.Tiering.Status.Filled);
        world.Round();
        Assert.Equal(0, world.Log.Durable.Value % 256);
        world.Time.Pass(TimeSpan.FromHours(11));
        world.Expire();
        Assert.Equal(world.Log.Durable.Value, world.Ledger.FirstReadable);
        Assert.Equal(world.Log.Durable.Value, world.Check(Size));
    }

    [Fact]
    public void A_frozen_ledger_is_not_filled_up()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TimeSpan.Zero);
        world.Ledger.SetRetention(new RetentionPolicy { FillAfter = TimeSpan.FromHours(2) });
        world.Core.FreezeLedger(world.Log.Id, "over", string.Empty);
        world.Time.Pass(TimeSpan.FromHours(3));
        world.Round();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(Size, world.Log.Durable.Value);
    }

    [Fact]
    public void Holds_overlap_and_each_keeps_what_it_covers_until_it_is_released()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day);
        LegalHold early = world.Ledger.PlaceHold(0, 2_000, "case 1", "anna");
        LegalHold late = world.Ledger.PlaceHold(1_000, 2_000, "case 2", "bert");
        LegalHold all = world.Ledger.PlaceHold(50_000, 0, "case 3", "anna");
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        world.Expire();
        world.Check(Size, (0, 3_000), (50_000, Size));
        Assert.Equal(50_000 / 256 * 256, world.Ledger.Expired[^1].FirstIndex + world.Ledger.Expired[^1].Count);
        world.Ledger.ReleaseHold(early.Id);
        world.Ledger.ReleaseHold(all.Id);
        Assert.Equal([late.Id], world.Ledger.Holds.Select(hold => hold.Id));
        Assert.Throws<StoreException>(() => world.Ledger.ReleaseHold(early.Id));
        world.Expire();
        world.Check(Size, (1_000, 3_000));
        Assert.Equal(1_000 / 256 * 256, world.Ledger.FirstReadable);
    }

    [Fact]
    public void What_the_store_keeps_for_itself_never_expires()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day);
        Ledger audit = new(world.Core, world.Core.Ledgers.Get(
            world.Core.Catalog.Find(LedgerName.Audit)!.Created.LedgerId));
        audit.SetRetention(new RetentionPolicy { WarmAfter = TierWorld.Day });
        foreach (RetentionPolicy refused in (RetentionPolicy[])
        [
            new() { ExpireAfter = TierWorld.Day * 365 }, new() { ExpireBeyondBytes = 1 },
            new() { Floor = TierWorld.Day }, new() { FillAfter = TierWorld.Day },
        ])
        {
            Assert.Equal(
                StoreReason.InvalidArgument,
                Assert.Throws<StoreException>(() => audit.SetRetention(refused)).Reason);
        }
    }

    [Fact]
    public async Task A_cold_file_that_somebody_edited_is_data_loss_and_never_other_bytes()
    {
        MemoryColdStore cold = new();
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day, cold);
        world.Ledger.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) });
        world.Round();
        byte[] file = cold.Files.Values.Single();
        for (int at = 70; at < file.Length - 20_000; at += file.Length / 40)
        {
            file[at] ^= 0x10;
        }

        int lost = 0;
        for (long bundle = 0; bundle < 256; bundle++)
        {
            try
            {
                using BundleLease lease = await world.Log.ReadBundleAsync(bundle, 0, default);
                Assert.EndsWith(
                    TierWorld.Record((bundle * 256) + 9),
                    System.Text.Encoding.UTF8.GetString(lease.Entry(9)),
                    StringComparison.Ordinal);
            }
            catch (StoreException damaged)
            {
                Assert.Equal((StoreReason.DataLoss, bundle * 256), (damaged.Reason, damaged.FirstIndex));
                lost++;
            }
        }

        Assert.InRange(lost, 1, 80);
    }

    [Fact]
    public async Task A_cold_volume_that_is_not_mounted_is_away_and_takes_nothing()
    {
        SimulatedFileSystem disk = s_disk.Value.Crash(new KeepAll());
        string cold;
        using (TierWorld first = TierWorld.Open(disk, TierWorld.Day))
        {
            first.Ledger.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) });
            first.Round();
            Assert.Equal(SegmentTier.Cold, Facts(first).Tier);
            cold = Facts(first).Location;
            first.Append(65_536);
            first.Close();
        }

        disk.Delete("/cold/ledgerstore-cold");
        disk.Delete("/cold/" + cold);
        using TierWorld world = TierWorld.Open(disk, TierWorld.Day * 2);
        world.Round();
        Assert.Contains("Mount the volume", world.Core.Tiering.Status.LastFailure, StringComparison.Ordinal);
        Assert.Equal(SegmentTier.Warm, ((SealedSegment)world.Log.Segments.List[1]).Facts.Tier);
        StoreException away = await Assert.ThrowsAsync<StoreException>(
            async () => await world.Log.ReadBundleAsync(9, 0, default));
        Assert.Equal(StoreReason.TierAway, away.Reason);
        Assert.DoesNotContain("ledgerstore-cold", disk.List("/cold"));
    }

    [Fact]
    public void On_a_full_disk_expiry_goes_on_and_makes_room()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions { CapacityBytes = 128L << 20 });
        using TierWorld world = TierWorld.Open(disk, TimeSpan.Zero, cold: null, reserveBytes: 24L << 20);
        world.Create();
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromDays(2) });
        StoreReason? refused = null;
        long size = 0;
        while (refused is null)
        {
            refused = world.TryAppendLarge(ref size);
        }

        Assert.Equal(StoreReason.DiskFull, refused);
        Assert.True(size > 65_536);
        world.Time.Pass(TimeSpan.FromDays(3));
        Assert.Equal(StoreReason.DiskFull, world.TryAppendLarge(ref size));
        world.Expire();
        Assert.True(world.Log.Segments.Expired.Count > 0, $"{world.Core.Tiering.Status}");
        world.Turn();
        Assert.Null(world.TryAppendLarge(ref size));
    }

    [Fact]
    public async Task Entries_are_found_by_their_time_in_every_tier()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day);
        long micros = world.Time.WallMicros;
        world.Append(10);
        async Task<long> Find(long at, BundleEdge edge) => await world.Ledger.FindTimeAsync(at, edge);
        Assert.Equal((0, Size), (await Find(0, BundleEdge.First), await Find(micros, BundleEdge.First)));
        Assert.Equal(Size + 10, await Find(long.MaxValue, BundleEdge.End));
        world.Ledger.PlaceHold(65_536, 0, "case", "anna");
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        world.Expire();
        Assert.Equal((0, Size), (await Find(0, BundleEdge.First), await Find(micros, BundleEdge.End)));
        Assert.Equal(0, await Find(0, BundleEdge.End));
    }

    private static SealedFacts Facts(TierWorld world) => ((SealedSegment)world.Log.Segments.List[0]).Facts;
}
