// The tools of one thread that finishes bundles. Owned by that thread.
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>What one thread needs to finish bundles.</summary>
internal sealed class BundleWorker
{
    public BlockEncoder Encoder { get; } = new(Lz4Effort.Fast);

    public Hash256[] Scratch { get; } = new Hash256[StoreLimits.EntriesPerBundle];
}
