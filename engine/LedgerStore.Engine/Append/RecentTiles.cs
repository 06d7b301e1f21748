// The hashes of a ledger that are in no sealed segment: leaves in memory, and the bundle roots of the open segment.
// Any thread.

using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Append;

/// <summary>Reads what the bundler has in memory, for proofs.</summary>
internal static class RecentTiles
{
    /// <summary>See <see cref="Tree.RecentHashes"/>.</summary>
    public static int Read(BundleTail tail, SegmentAppender appender, int level, long index, Span<Hash256> hashes) =>
        level == 0
            ? tail.CopyLeaves(index * StoreLimits.EntriesPerBundle, hashes)
            : ReadBundleRoots(tail, appender, index, hashes);

    private static int ReadBundleRoots(BundleTail tail, SegmentAppender appender, long segment, Span<Hash256> hashes)
    {
        // Memory first, then what is written: the bundler writes a bundle before it drops it, so that none is missed.
        Span<Hash256> unwritten = stackalloc Hash256[StoreLimits.BundlesPerSegment];
        Range run = tail.CopyUnwrittenRoots(segment, unwritten);
        int written = appender.CopyBundleRoots(segment, hashes);
        int end = run.End.Value;
        if (written < 0 || end <= written)
        {
            return written;
        }

        Invariant.That(run.Start.Value <= written, "what is not in memory is written");
        unwritten[written..end].CopyTo(hashes[written..]);
        return end;
    }
}
