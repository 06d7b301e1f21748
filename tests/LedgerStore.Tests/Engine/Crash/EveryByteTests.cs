// Every byte of a small store flipped, zeroed, and every file cut there, one after the other: always noticed or
// harmless, never wrong data, never another failure. A sealed segment is large: of it, the header, the first and last
// blocks, the directory and the footer, and a sample of the rest.
using System.Collections.Concurrent;
using LedgerStore.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.Crash;

public sealed class EveryByteTests(ITestOutputHelper output)
{
    // In a journal file most bytes are zeros that belong to nothing.
    private const int ZerosStep = 211;
    private const int ZeroedStep = 7;
    private const int CutStep = 61;

    private static bool Long => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damage_of_any_byte_is_noticed_or_harmless(bool isClosed)
    {
        (SimulatedFileSystem disk, StoreModel model) = SmallDisk(isClosed);
        List<Damage> damages = [];
        foreach (string path in disk.AllFiles(SmallStore.Directory))
        {
            byte[] bytes = disk.ReadAll(path);
            int step = 0;
            for (int offset = 0; offset < bytes.Length; offset++)
            {
                bool isData = bytes[offset] != 0 || (offset > 0 && bytes[offset - 1] != 0);
                step++;
                if (isData || Long || step % ZerosStep == 0)
                {
                    damages.Add(new Damage(path, offset, DamageKind.Flip));
                }

                if (Long || (isData && step % ZeroedStep == 0))
                {
                    damages.Add(new Damage(path, offset, DamageKind.Zero));
                }

                if (Long || offset % CutStep == 0)
                {
                    damages.Add(new Damage(path, offset, DamageKind.Cut));
                }
            }
        }

        Try(disk, model, damages, bundles: null);
    }

    [Fact]
    public void Damage_of_a_sealed_segment_is_noticed_or_harmless()
    {
        SimulatedFileSystem disk = StartDisk.Sealed.Disk(new SimulatedOptions());
        string path = disk.AllFiles(SmallStore.Directory)
            .First(p => p.Contains("/ledgers/1/", StringComparison.Ordinal)
                && p.EndsWith(".seg", StringComparison.Ordinal));
        int length = disk.ReadAll(path).Length;
        SplitMix random = new(11);
        List<Damage> damages = [];
        int ends = Long ? 40_000 : 700;
        foreach (int offset in Enumerable.Range(0, Long ? length : ends)
            .Concat(Enumerable.Range(length - ends, ends))
            .Concat(Enumerable.Range(0, 300).Select(_ => random.Below(length))))
        {
            damages.Add(new Damage(path, offset, (DamageKind)random.Below(3)));
        }

        // What damage of other blocks does is their own business: the first, the last and one in the middle are read.
        Try(disk, StartDisk.Sealed.Model(), damages, bundles: [0, 100, 255, 256, 257]);
    }

    private static (SimulatedFileSystem Disk, StoreModel Model) SmallDisk(bool isClosed)
    {
        SimulatedFileSystem disk = SmallStore.NewDisk();
        StoreModel model = new();
        using StoreLife life = SmallStore.Open(disk, model);
        life.Create(new ModelLedger("first", isSalted: false));
        life.Create(new ModelLedger("second", isSalted: true));
        for (int i = 0; i < 8; i++)
        {
            life.Send(SmallStore.Batch(model, i == 3 ? 1 : 0, producer: i % 3 == 0 ? null : 0, records: 40 - i));
            life.RunAll();
        }

        Assert.True(life.Core.TryFlushAll());
        life.Send(SmallStore.Batch(model, 0, producer: 0, records: 20));
        life.RunAll();
        StoreCheck.CheckStore(life.Core, model, isThorough: true);
        if (isClosed)
        {
            life.Close();
        }

        return (disk.Crash(new KeepAll()), model);
    }

    private void Try(SimulatedFileSystem disk, StoreModel model, List<Damage> damages, int[]? bundles)
    {
        int noticed = 0;
        ConcurrentBag<string> wrong = [];
        Parallel.ForEach(damages, (damage, loop) =>
        {
            try
            {
                SimulatedFileSystem copy = disk.Crash(new KeepAll());
                if (damage.Apply(copy) && DamagedStore.IsNoticed(copy, model, bundles))
                {
                    Interlocked.Increment(ref noticed);
                }
            }
            catch (Exception error)
            {
                wrong.Add($"{damage}: {error}");
                loop.Stop();
            }
        });
        output.WriteLine($"{damages.Count:N0} damages, {noticed:N0} noticed");
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong));
        Assert.True(noticed > damages.Count / 10, "damage is noticed");
    }

    private enum DamageKind
    {
        Flip,
        Zero,
        Cut,
    }

    private sealed record Damage(string Path, int Offset, DamageKind Kind)
    {
        /// <summary>False when it changes nothing.</summary>
        public bool Apply(SimulatedFileSystem disk)
        {
            switch (Kind)
            {
                case DamageKind.Flip:
                    disk.FlipBit(Path, Offset, Offset % 8);
                    return true;
                case DamageKind.Zero when disk.ReadAll(Path)[Offset] != 0:
                    disk.Overwrite(Path, Offset, [0]);
                    return true;
                case DamageKind.Cut:
                    disk.CutFile(Path, Offset);
                    return true;
                default:
                    return false;
            }
        }
    }
}
