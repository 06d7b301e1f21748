// What the tiers of a ledger take, and what their entries are without compression.
using LedgerStore.Engine;
using LedgerStore.Engine.Segments;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class TierShareTests
{
    private const int Size = 65_536 + 700;

    [Fact]
    public void Raw_bytes_are_those_of_the_entries_wherever_they_are()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        using (TierWorld first = TierWorld.Open(disk, TimeSpan.Zero))
        {
            first.Create();
            first.Append(Size);
            first.Close();
        }

        using TierWorld world = TierWorld.Open(disk, TierWorld.Day);
        long sealedBytes = Entries(world, 0, 65_536);
        long openBytes = Entries(world, 65_536, Size);
        Assert.Equal([("hot", sealedBytes + openBytes)], Shares(world));
        world.Ledger.SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.FromHours(1) });
        world.Round();
        Assert.Equal([("hot", openBytes), ("warm", sealedBytes)], Shares(world));
        world.Ledger.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) });
        world.Round();
        Assert.Equal([("hot", openBytes), ("cold", sealedBytes)], Shares(world));

        // What is gone is nothing.
        long last = Entries(world, 65_536 + 512, Size);
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        world.Expire();
        Assert.Equal([("hot", last), ("expired", 0)], Shares(world));
    }

    private static List<(string Tier, long RawBytes)> Shares(TierWorld world) =>
        [.. world.Ledger.Describe().Tiers.Select(static share => (share.Tier, share.RawBytes))];

    private static long Entries(TierWorld world, long first, long end)
    {
        long bytes = 0;
        for (long bundle = first / 256; bundle * 256 < end; bundle++)
        {
            using BundleLease lease = world.Log.WaitForBundle(bundle, 0);
            for (int slot = 0; slot < lease.Entries; slot++)
            {
                bytes += sizeof(ushort) + lease.Entry(slot).Length;
            }
        }

        return bytes;
    }
}
