// Makes a block without its payload: for what expired, and for what is in the cold store. Stateless: any thread.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Segments;

/// <summary>Blocks that keep their hashes only.</summary>
internal static class BlockStrip
{
    /// <summary>Writes what is left of a full block.</summary>
    /// <param name="header">Of the block, which was read and checked.</param>
    /// <param name="payload">Elsewhere keeps the chunk table: it is where the payload is found by. Expired keeps
    /// nothing that depends on the entries but their hashes and times.</param>
    /// <returns>The length of what was written.</returns>
    public static int Strip(
        ReadOnlySpan<byte> block, in BlockHeader header, BlockPayload payload, Span<byte> destination)
    {
        Invariant.That(payload != BlockPayload.Here && !header.IsPartial, "full blocks lose their payload");
        BlockHeader stripped = payload == BlockPayload.Expired
            ? header with { Payload = payload, RawBytes = 0, StoredBytes = 0, Chunks = 0 }
            : header with { Payload = payload };
        destination[..stripped.BlockBytes].Clear();
        block[BlockFormat.HeaderBytes..stripped.HeadBytes].CopyTo(destination[BlockFormat.HeaderBytes..]);
        block.Slice(header.TileOffset, header.TileBytes).CopyTo(destination[stripped.TileOffset..]);
        stripped.Write(destination);
        return stripped.BlockBytes;
    }
}
