// Memory of bundles: arrays come back, and below the limit it is the sizes in use that are kept.
using LedgerStore.Engine.Ledgers;
using Xunit;

namespace LedgerStore.Tests.Engine.Ledgers;

public sealed class BundleMemoryTests
{
    private const int Small = 16 * 1024;
    private const int Large = 96 * 1024;
    private readonly BundleMemory _memory = new(freeBytesMax: 4 * Large);

    [Fact]
    public void What_is_returned_is_rented_again()
    {
        byte[] first = _memory.Rent(Large);
        _memory.Return(first);
        Assert.Same(first, _memory.Rent(Large - 1));
        Assert.NotSame(first, _memory.Rent(Large));
    }

    [Fact]
    public void A_size_that_nobody_asks_for_any_more_makes_room_for_one_in_use()
    {
        Return(RentMany(4 * Large / Small, Small));
        byte[] larger = _memory.Rent(Large);
        _memory.Return(larger);
        Assert.Same(larger, _memory.Rent(Large));
    }

    [Fact]
    public void The_size_in_use_keeps_its_room()
    {
        byte[] old = _memory.Rent(Large);
        byte[][] many = RentMany(4 * Large / Small, Small);
        Return(many);
        _memory.Return(old);
        Assert.NotSame(old, _memory.Rent(Large));
        HashSet<byte[]> kept = [.. many];
        Assert.All(RentMany(many.Length, Small), array => Assert.Contains(array, kept));
    }

    private byte[][] RentMany(int count, int bytes) =>
        [.. Enumerable.Range(0, count).Select(_ => _memory.Rent(bytes))];

    private void Return(byte[][] arrays) => Array.ForEach(arrays, _memory.Return);
}
