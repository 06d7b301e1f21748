// Where the payload of a block is. Pure: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>Where the chunks are that the block's hashes are of.</summary>
internal enum BlockPayload : byte
{
    Here,

    /// <summary>Deleted by policy. Hashes and times stay.</summary>
    Expired,

    /// <summary>In the file of the same segment in the cold store. Chunk table and hashes are here.</summary>
    Elsewhere,
}
