// A block was found, and its payload is not in this file: it expired, or it is in the cold store. Thrown by the reads
// of blocks, and turned into an answer for the caller by the reader of the ledger.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>The payload of a block is not here.</summary>
internal sealed class PayloadGoneException(BlockHeader header) : Exception("the payload of this block is not here")
{
    public BlockHeader Header => header;
}

/// <summary>A bundle is in the cold store: the caller decides whether he waits for it.</summary>
internal sealed class ColdBundleException(BlockIdentity bundle, SealedFacts facts)
    : Exception("the bundle is in the cold store")
{
    public BlockIdentity Bundle => bundle;

    public SealedFacts Facts => facts;
}
