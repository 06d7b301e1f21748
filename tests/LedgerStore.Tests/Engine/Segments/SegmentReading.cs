// What tests ask a segment reader, in one line.
using LedgerStore.Engine.Segments;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

internal static class SegmentReading
{
    public static bool TryReadBundle(this SegmentReader reader, long bundle, out BundleLease lease) =>
        reader.Read(bundle * 256, isWhole: true, out lease, out _) == Found.Here;

    public static bool TryReadEntry(this SegmentReader reader, long index, out BundleLease lease) =>
        reader.Read(index, isWhole: false, out lease, out _) == Found.Here;

    /// <summary>A bundle that has to be in the cold store.</summary>
    public static ValueTask<BundleLease> FetchColdAsync(this SegmentReader reader, long bundle)
    {
        Assert.Equal(Found.Cold, reader.Read(bundle * 256, isWhole: true, out _, out ColdBundle? cold));
        return reader.FetchAsync(cold!, CancellationToken.None);
    }
}
