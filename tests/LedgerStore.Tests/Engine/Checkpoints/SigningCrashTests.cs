// The power fails at every step of signing, publishing, anchoring and rotating. What must hold: for no size two roots
// are ever published, every published checkpoint is consistent with all later ones, and it is never forgotten; the key
// is the old one or the new one.

using LedgerStore.Tests.Engine.Crash;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class SigningCrashTests(ITestOutputHelper output)
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    private static ManualTime Time => new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_crash_point_of_a_short_history(bool beganShared)
    {
        int disks = CrashExplorer.EveryCrashPoint<SigningModel>(
            () => NewDisk(new SimulatedOptions { Seed = 7 }, beganShared),
            (disk, model) =>
            {
                model.BeganShared = beganShared;
                ShortHistory(disk, model);
            },
            (disk, past) =>
            {
                SigningModel model = past.Copy();
                model.BeganShared = beganShared;
                using (SignedLife next = SignedLife.Open(disk, model, Time, 5))
                {
                    next.Append("a", 3);
                    next.TurnAll();
                    next.Close();
                }

                using SignedLife last = SignedLife.Open(disk, model, Time, 6);
            },
            s_long ? 40 : 5);
        output.WriteLine($"{disks:N0} disks");

        // Of a store from before, only what comes behind its first key.
        Assert.True(disks > (beganShared ? 250 : 300), $"{disks} disks");
    }

    [Fact]
    public void Random_histories()
    {
        int seeds = s_long ? 20_000 : 120;
        long published = 0;
        for (ulong seed = 1; seed <= (ulong)seeds; seed++)
        {
            SigningModel model = new();
            SimulatedFileSystem? disk = null;
            try
            {
                RandomHistory(seed, model, ref disk);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException(
                    $"seed {seed}: {error.Message}\n{disk?.DescribeLastCalls(30)}", error);
            }

            published += model.PublishedCount;
        }

        output.WriteLine($"{seeds:N0} seeds, {published:N0} published checkpoints");
        Assert.True(published > 4L * seeds, $"only {published} checkpoints were published");
    }

    private static SimulatedFileSystem NewDisk(SimulatedOptions options, bool beganShared)
    {
        SimulatedFileSystem disk = SignedLife.NewDisk(options);
        if (beganShared)
        {
            SignedLife.MakeShared(disk);
        }

        return disk;
    }

    private static void ShortHistory(SimulatedFileSystem disk, SigningModel model)
    {
        ManualTime time = Time;
        using (SignedLife life = SignedLife.Open(disk, model, time, 3))
        {
            life.Append("a", 5);
            life.TurnAll();
            life.Append("b", 300);
            life.Append("a", 7);
            life.TurnAll();
            life.Close();
        }

        using (SignedLife life = SignedLife.Open(disk, model, time, 4))
        {
            life.Append("a", 2);
            life.Turn(life.Core.RunSequencer);
            life.Rotate();
            life.TurnAll();
            life.Append("a", 4);
            life.TurnAll();
            life.Close();
        }
    }

    private static void RandomHistory(ulong seed, SigningModel model, ref SimulatedFileSystem? disk)
    {
        SplitMix random = new(seed);
        ManualTime time = Time;
        model.BeganShared = seed % 2 == 0;
        disk = NewDisk(
            new SimulatedOptions
            {
                Seed = seed,
                WriteBackOneIn = random.OneIn(2) ? 0 : 3,
                GarbageInLostSectors = random.OneIn(2),
            },
            model.BeganShared);
        for (int life = 0; life < 4; life++)
        {
            DiskWeather weather = new(disk, random)
            {
                EndAt = disk.CallCount + 1 + random.Below(600),
                EndIsKill = random.OneIn(3),
            };
            disk.Faults = weather.Decide;
            try
            {
                Live(disk, model, time, random);
            }
            catch (Exception over) when (over is SimulatedCrash or ProcessKilledException)
            {
                // The end of this life.
            }

            disk.Faults = null;
            if (disk.IsCrashed)
            {
                disk = disk.Crash(new SeededChooser(random.Next()));
            }
        }

        using SignedLife last = SignedLife.Open(disk, model, time, seed);
        last.Append("a", 1);
        last.TurnAll();
        last.Close();
    }

    private static void Live(SimulatedFileSystem disk, SigningModel model, ManualTime time, SplitMix random)
    {
        using SignedLife life = SignedLife.Open(disk, model, time, random.Next());
        for (int step = 0; step < 200; step++)
        {
            switch (random.Below(16))
            {
                case < 4:
                    life.Append(random.OneIn(3) ? "b" : "a", 1 + random.Below(random.OneIn(6) ? 400 : 6));
                    break;
                case < 7:
                    life.Turn(life.Core.RunSequencer);
                    break;
                case < 9:
                    life.Turn(life.Core.RunBundler);
                    break;
                case 9:
                    life.Turn(life.Core.RunFlusher);
                    break;
                case < 13:
                    life.Turn(life.Core.RunCheckpointer);
                    break;
                case 13:
                    life.Turn(life.Core.RunAnchor);
                    break;
                case 14 when random.OneIn(12):
                    life.Rotate();
                    break;
                default:
                    life.Pass(random.Below(300));
                    break;
            }
        }

        life.TurnAll();
        life.Close();
    }
}
