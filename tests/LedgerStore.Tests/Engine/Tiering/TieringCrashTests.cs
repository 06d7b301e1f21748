// The power fails at the steps of recompressing, moving, expiring and holding. After each: no entry is gone without
// a tombstone, no held and no floored entry is gone, all else is right, and the next round finishes what was begun.
using LedgerStore.Engine;
using LedgerStore.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class TieringCrashTests(ITestOutputHelper output)
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    [Fact]
    public void Expiry_in_an_open_segment() => Explore(
        1000,
        new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1), Floor = TimeSpan.FromMinutes(30) },
        static world =>
        {
            world.Ledger.PlaceHold(300, 10, "case 1", "legal");
            world.Expire();
        },
        expectedGone: 512,
        points: s_long ? int.MaxValue : 120,
        (256, 512));

    [Fact]
    public void Recompressing_and_moving() => Explore(
        65_536 + 300,
        new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) },
        static world => world.Round(),
        expectedGone: 0,
        points: s_long ? 400 : 14,
        (0, 70_000));

    [Fact]
    public void Expiry_of_what_is_cold() => Explore(
        65_536 + 300,
        new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1), ExpireAfter = TimeSpan.FromHours(2) },
        static world => world.Expire(),
        expectedGone: 65_536 + 256,
        points: s_long ? 400 : 14);

    [Fact]
    public void A_tombstone_that_is_only_in_audit_is_finished_at_start()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        TierWorld world = TierWorld.Open(disk, TierWorld.Day);
        world.Create();
        world.Append(1000);
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        world.Time.Pass(TimeSpan.FromHours(2));
        world.Round();
        world.Time.Pass(TimeSpan.FromHours(25));
        int waits = 0;
        long said = world.Core.Ledgers.Get(0).Durable.Value;
        while (world.Core.Ledgers.Get(0).Durable.Value == said)
        {
            // Until the tombstone is durable, and the worker has not heard of it.
            world.Core.RunTiering();
            world.Turn();
            world.Time.Pass(TimeSpan.FromMilliseconds(1));
            Assert.True(++waits < 10_000);
        }

        Assert.True(world.Log.Segments.Expired.IsEmpty);
        SimulatedFileSystem left = disk.Crash(new KeepAll());
        world.Dispose();
        using TierWorld again = TierWorld.Open(left, TierWorld.Day * 2);
        Assert.Equal((0, 768), (again.Log.Expiring!.First, again.Log.Expiring.Count));
        StoreException busy = Assert.Throws<StoreException>(() => again.Ledger.PlaceHold(0, 10, "late", "legal"));
        Assert.Equal(StoreReason.Busy, busy.Reason);

        // No second check is needed: it is said already.
        again.Round();
        Assert.Equal(768, again.Check(1000));
        again.CheckSaid();
        Assert.Equal(said + 1, again.Core.Ledgers.Get(0).Durable.Value);
        again.Ledger.PlaceHold(0, 10, "late", "legal");
    }

    private void Explore(
        int size,
        RetentionPolicy policy,
        Action<TierWorld> history,
        long expectedGone,
        int points,
        params (long First, long End)[] mustStay)
    {
        SimulatedFileSystem start = new(new SimulatedOptions());
        using (TierWorld world = TierWorld.Open(start, TimeSpan.Zero))
        {
            world.Create();
            world.Append(size);
            world.Close();
        }

        SimulatedFileSystem whole = start.Crash(new KeepAll());
        long first;
        using (TierWorld world = TierWorld.Open(whole, TierWorld.Day))
        {
            world.Ledger.SetRetention(policy);
            first = whole.CallCount;
            history(world);
            Assert.Null(world.Core.Tiering.Status.LastFailure);
            Assert.Equal(expectedGone, world.Check(size, mustStay));
        }

        long last = whole.CallCount;
        long stride = Math.Max(1, (last - first) / points);
        SplitMix random = new(7);
        int crashes = 0;
        for (long call = first + (long)(random.Next() % (ulong)stride); call < last; call += stride)
        {
            Crash(start, policy, history, size, call, random, mustStay);
            crashes++;
        }

        output.WriteLine($"{crashes} crashes in {last - first} calls");
    }

    private static void Crash(
        SimulatedFileSystem start,
        RetentionPolicy policy,
        Action<TierWorld> history,
        int size,
        long call,
        SplitMix random,
        (long First, long End)[] mustStay)
    {
        SimulatedFileSystem cut = start.Crash(new KeepAll());
        bool isHeld = mustStay.Length == 0;
        try
        {
            using TierWorld world = TierWorld.Open(cut, TierWorld.Day);
            world.Ledger.SetRetention(policy);
            cut.Faults = FaultPlans.At(call, SimulatedFault.CrashBefore);
            history(world);
        }
        catch (SimulatedCrash)
        {
        }

        SimulatedFileSystem left = cut.Crash(new SeededChooser(random.Next()));
        using TierWorld again = TierWorld.Open(left, TierWorld.Day * 3);

        // A hold whose placing was not acknowledged may be there or not; then nothing has expired yet.
        isHeld |= again.Log.Holds.Length > 0 || policy.ExpireAfter is null;
        again.Check(size, isHeld ? mustStay : []);
        again.Round();
        Assert.Null(again.Core.Tiering.Status.LastFailure);
        again.CheckSaid();
        again.Check(size, isHeld ? mustStay : []);
    }
}
