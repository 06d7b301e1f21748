// How the background work keeps to its rate: in pieces that a thread can sleep between.
using LedgerStore.Engine;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class ThrottleTests
{
    private const long BytesPerSecond = 10_000_000;

    [Fact]
    public void It_keeps_to_its_rate_and_sleeps_long_and_seldom()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        using TierWorld world = TierWorld.Open(disk, TierWorld.Day, bytesPerSecond: BytesPerSecond);
        world.Create();
        world.Append(65_536);
        world.Ledger.SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.Zero });
        int steps = 0;
        List<TimeSpan> pauses = [];
        long start = -1;
        while (world.Core.Tiering.Status.Recompressed == 0)
        {
            bool worked = world.Core.RunTiering();
            world.Turn();
            TimeSpan pause = world.Core.Tiering.Pause;
            start = start < 0 && world.Core.Tiering.Status.Bytes > 0 ? world.Time.WallMicros : start;
            if (!worked && pause > TimeSpan.FromMilliseconds(5))
            {
                pauses.Add(pause);
            }

            steps += worked ? 1 : 0;
            world.Time.Pass(worked ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(pause.Ticks, 10_000)));
        }

        double seconds = (world.Time.WallMicros - start) / 1e6;
        double bytes = world.Core.Tiering.Status.Bytes;
        Assert.All(pauses, static pause => Assert.InRange(pause.TotalMilliseconds, 20, 50));
        Assert.InRange(pauses.Count, 5, steps / 4);

        // No faster but for what a start may be ahead, and not much slower.
        Assert.InRange(bytes / BytesPerSecond, seconds * 0.8, seconds + 0.3);
    }
}
